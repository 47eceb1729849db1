// SPDX-License-Identifier: GPL-3.0-or-later
// The private folder of our cache that holds charts once they are unpacked or fetched. Several
// processes may fill it at once: each works in a folder of its own, and the name that counts
// appears by one rename. Any thread. Internal to charts.
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace isthmus::charts {

/// $XDG_CACHE_HOME/isthmus/charts. Not made here.
[[nodiscard]] std::filesystem::path chartsCache();

[[nodiscard]] bool isFolder(const std::filesystem::path& path);

/// A private folder that goes away with this object; publish() makes a part of it last.
class Staging
{
public:
    /// Also clears what killed processes left behind. Errors: Storage.
    [[nodiscard]] static Result<Staging> make();

    Staging(Staging&& other) noexcept;
    Staging& operator=(Staging&&) = delete;
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    ~Staging();

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

    /// Renames `part`, a path within, to `target`. Where another process was faster, its result is
    /// used. Errors: Storage.
    [[nodiscard]] Result<std::filesystem::path> publish(const std::filesystem::path& part,
                                                        const std::filesystem::path& target) const;

private:
    explicit Staging(std::filesystem::path path);

    std::filesystem::path m_path;
};

} // namespace isthmus::charts

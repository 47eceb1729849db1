// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/chart_cache.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/charts/helm_command.h"
#include "core/crypto/certificate.h"

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace isthmus::charts {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view stagingPrefix = ".staging-";

/// What killed processes left behind; a day is longer than any of them works.
void removeLeftovers()
{
    std::error_code error;
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (fs::directory_iterator entry(chartsCache(), error);
         !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code ignored;
        if (entry->path().filename().string().starts_with(stagingPrefix)
            && entry->last_write_time(ignored) < old) {
            fs::remove_all(entry->path(), ignored);
        }
    }
}

} // namespace

fs::path chartsCache()
{
    return cacheFolder() / "charts";
}

bool isFolder(const fs::path& path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

Result<Staging> Staging::make()
{
    removeLeftovers();
    Staging staging(chartsCache()
                    / (std::string(stagingPrefix) + hexEncode(crypto::randomBytes(8))));
    if (auto made = makePrivateFolder(staging.m_path); !made) {
        return std::move(made).error();
    }
    return staging;
}

Staging::Staging(fs::path path)
    : m_path(std::move(path))
{ }

Staging::Staging(Staging&& other) noexcept
    : m_path(std::exchange(other.m_path, {}))
{ }

Staging::~Staging()
{
    if (!m_path.empty()) {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
}

Result<fs::path> Staging::publish(const fs::path& part, const fs::path& target) const
{
    std::error_code error;
    fs::rename(m_path / part, target, error);
    if (error && !isFolder(target)) {
        return Error { ErrorCode::Storage,
                       msg("charts.cache", { { "folder", target.string() } }),
                       error.message(),
                       {},
                       msg("charts.cache.remedy") };
    }
    return target;
}

} // namespace isthmus::charts

// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that must not be seen: keys, tokens, kubeconfigs made of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus {

/// Owns secret bytes and overwrites them when it dies. There is no stream operator and no
/// conversion: `reveal()` is the one named way to the bytes, so that every use can be found by its
/// name.
class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string_view bytes);
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    /// The bytes, valid as long as this object. Copy them only into something that is zeroed, too.
    [[nodiscard]] std::string_view reveal() const { return { m_bytes, m_size }; }

    [[nodiscard]] std::size_t size() const { return m_size; }

    [[nodiscard]] bool empty() const { return m_size == 0; }

private:
    char* m_bytes = nullptr;
    std::size_t m_size = 0;
};

/// Overwrites `text` in place, in a way the compiler cannot leave out, and empties it.
void wipe(std::string& text);

} // namespace isthmus

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/secret.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace isthmus {

namespace {

void overwrite(char* bytes, std::size_t size)
{
    if (size > 0) {
        explicit_bzero(bytes, size);
    }
}

} // namespace

Secret::Secret(std::string_view bytes)
    : m_bytes(bytes.empty() ? nullptr : new char[bytes.size()])
    , m_size(bytes.size())
{
    std::ranges::copy(bytes, m_bytes);
}

Secret::Secret(const Secret& other)
    : Secret(other.reveal())
{ }

Secret::Secret(Secret&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{ }

Secret& Secret::operator=(Secret other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_size, other.m_size);
    return *this;
}

Secret::~Secret()
{
    overwrite(m_bytes, m_size);
    delete[] m_bytes;
}

void wipe(std::string& text)
{
    text.resize(text.capacity()); // the bytes behind size() may hold an earlier, longer value
    overwrite(text.data(), text.size());
    text.clear();
}

} // namespace isthmus

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/message.h"

#include <algorithm>

namespace isthmus::http {

namespace {

char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string_view name(Method method)
{
    switch (method) {
    case Method::Get:
        return "GET";
    case Method::Head:
        return "HEAD";
    case Method::Post:
        return "POST";
    case Method::Put:
        return "PUT";
    case Method::Patch:
        return "PATCH";
    case Method::Delete:
        return "DELETE";
    }
    return "GET";
}

bool sameHeaderName(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lowered(x) == lowered(y); });
}

std::optional<std::string_view> Response::header(std::string_view headerName) const
{
    for (const auto& [key, value] : headers) {
        if (sameHeaderName(key, headerName)) {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace isthmus::http

// SPDX-License-Identifier: GPL-3.0-or-later
// The framing of journal records, without any meaning: lines that prove they are whole.
#pragma once

#include "core/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::plan {

/// One record as the line that goes into the file.
[[nodiscard]] std::string frame(const json::Value& record);

struct Unframed
{
    std::vector<json::Value> records;
    std::size_t goodBytes = 0; ///< up to here every line is whole
    bool tornTail = false; ///< what follows is one line that a crash left unfinished
    bool damaged = false; ///< a bad line with more after it: not a crash, something else wrote here
};

[[nodiscard]] Unframed unframe(std::string_view content);

/// CRC-32 (ISO-HDLC, as in zip).
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

} // namespace isthmus::plan

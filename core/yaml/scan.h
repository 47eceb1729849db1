// SPDX-License-Identifier: GPL-3.0-or-later
// What is checked before any YAML parser sees the bytes, and the cut into documents. Internal to
// yaml.
#pragma once

#include "core/base/diagnostics.h"
#include "core/yaml/document.h"

#include <optional>
#include <string_view>
#include <vector>

namespace isthmus::yaml {

/// One document of a stream: from its `---` (or the start) up to the next marker.
struct Chunk
{
    std::string_view text;
    int firstLine = 1; ///< line of its first byte within the whole text, from 1
};

/// The first thing that makes the bytes unreadable: size, encoding, characters that cannot be seen
/// or that other YAML readers take for line breaks. `text` is without its byte order mark.
[[nodiscard]] std::optional<Diagnostic> checkBytes(std::string_view text, const Limits& limits);

[[nodiscard]] std::string_view withoutByteOrderMark(std::string_view text);

/// Cuts at lines that start with `---` or `...`. Such a line ends a document in every context,
/// quoted and block scalars included, so the cut needs no parser. Always at least one chunk.
[[nodiscard]] std::vector<Chunk> splitDocuments(std::string_view text);

/// Characters (not bytes) in front of `bytes` of a line, plus one. Far out in a line, where nobody
/// counts, bytes are as good.
[[nodiscard]] int columnOf(std::string_view text, std::size_t lineStart, std::size_t bytes);

/// One document, parsed. yaml-cpp lives behind this function alone.
struct Document
{
    Node root;
    bool readable = true; ///< false where parsing had to stop
};

/// Appends to `problems`, without a file name.
[[nodiscard]] Document
readDocument(const Chunk& chunk, const Limits& limits, Diagnostics& problems);

} // namespace isthmus::yaml

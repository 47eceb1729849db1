// SPDX-License-Identifier: GPL-3.0-or-later
// YAML read strictly and with its places kept. yaml-cpp 0.7 hangs on five bytes through LoadAll,
// follows alias cycles and accepts a key twice (reference: reliability-security §5.2); nothing here
// does.
#pragma once

#include "core/base/diagnostics.h"
#include "core/base/result.h"
#include "core/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::yaml {

/// A node with its place in the file. Scalars keep their text; typing is the reader's business.
struct Node
{
    enum class Kind
    {
        Null,
        Scalar,
        Sequence,
        Map
    };

    Kind kind = Kind::Null;
    std::string scalar = {};
    bool quoted = false; ///< '50' is text, 50 may be a number
    std::vector<Node> items = {}; ///< of a sequence
    std::vector<std::pair<Node, Node>> members = {}; ///< of a map, in file order
    int line = 0; ///< from 1
    int column = 0; ///< from 1, in characters

    /// The member's value, or null.
    [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Limits
{
    std::size_t bytes = std::size_t { 1 } << 20;
    int depth = 64;
    std::size_t nodes = 100'000;
    std::size_t keysPerMap = 2'000;
    bool allowAliases = false; ///< anchors, aliases, merge keys, tags: refused unless set
    bool allowNul = false; ///< "\0" in a quoted text: a path or name would end there unseen
};

/// Limits for manifests that helm rendered: 8 MiB, deeper, more nodes, still no aliases.
[[nodiscard]] Limits manifestLimits();

struct Parsed
{
    Node
        root; ///< Null where the text is empty or cannot be read; whole where only keys stand twice
    Diagnostics problems;
};

/// One document; more than one is an error. All problems that can be told apart are listed, each
/// with `file`, line and column. Pure; any thread.
[[nodiscard]] Parsed
parse(std::string_view text, const std::string& file, const Limits& limits = {});

/// A stream of documents as JSON values, typed as Kubernetes' own tools do (YAML 1.1 booleans,
/// integers, floats, null); empty documents are left out. Errors: Invalid with file, line and
/// column.
[[nodiscard]] Result<std::vector<json::Value>> parseManifests(std::string_view text,
                                                              const std::string& file);

/// A plain scalar typed as sigs.k8s.io/yaml does it: y/yes/on/true, 0x1F, 0o17, 017, 1_000, 1e3, ~.
/// A fraction that is a whole number becomes an integer (helm prints 1000000 as 1e+06, and kubectl
/// sends it as 1000000). Quoted and block scalars are text; so are infinity and NaN, which JSON
/// cannot say. Null for sequences and maps.
[[nodiscard]] json::Value typed(const Node& node);

/// The whole tree, each scalar typed as above, keys as text. Errors: Invalid (a key twice once both
/// are text, infinity, NaN); the subject is "line:column".
[[nodiscard]] Result<json::Value> toValue(const Node& node);

/// Block style as kubectl prints it, keys in the object's order, strings quoted only where they
/// would read as something else, multi-line strings as literal blocks. Reading it gives an equal
/// value, but for whole-numbered doubles, which come back as integers, and infinity and NaN,
/// written as null.
[[nodiscard]] std::string write(const json::Value& value);

} // namespace isthmus::yaml

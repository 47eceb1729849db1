// SPDX-License-Identifier: GPL-3.0-or-later
// Problems of one YAML document, each found again at its line and column. Internal to mesh.
#pragma once

#include "core/base/diagnostics.h"
#include "core/yaml/document.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::mesh {

/// Where a value stands: spec.clusters[1].context. A value.
class FieldPath
{
public:
    struct Step
    {
        std::string key; ///< empty: an index
        std::size_t index = 0;
    };

    [[nodiscard]] FieldPath operator/(std::string_view key) const;
    [[nodiscard]] FieldPath operator[](std::size_t index) const;
    /// Keys with other characters than letters, digits and "-_" stand in brackets and quotes.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] const std::vector<Step>& steps() const { return m_steps; }

private:
    std::vector<Step> m_steps;
};

class Problems
{
public:
    /// `root` must outlive this.
    Problems(const yaml::Node& root, std::string file);

    void error(const FieldPath& path, Message summary, Message remedy, std::string detail = {});
    void warning(const FieldPath& path, Message summary, Message remedy, std::string detail = {});
    /// The same, pointing at the key instead of its value.
    void
    errorAtKey(const FieldPath& path, Message summary, Message remedy, std::string detail = {});
    /// Whether the file says anything at this place.
    [[nodiscard]] bool given(const FieldPath& path) const;

    /// All of them, in the order they were found.
    [[nodiscard]] Diagnostics take() &&;

private:
    void add(Severity severity,
             const FieldPath& path,
             bool atKey,
             Message summary,
             Message remedy,
             std::string detail);

    const yaml::Node& m_root;
    std::string m_file;
    Diagnostics m_list;
};

} // namespace isthmus::mesh

// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: reads the fields of one map and notes what has the wrong shape. Unknown keys are left
// alone.
#pragma once

#include "core/kubeconfig/config_file.h"
#include "core/yaml/document.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::kubeconfig {

/// Borrows everything it is given, for one call.
class EntryReader
{
public:
    /// `node` null or a null value: nothing is there. Anything else but a map is a problem.
    EntryReader(const yaml::Node* node,
                std::string subject,
                std::string file,
                Diagnostics& problems);

    [[nodiscard]] bool present() const { return m_node != nullptr; }

    [[nodiscard]] Field field(std::string_view key) const;

    [[nodiscard]] std::string text(std::string_view key) const { return field(key).text; }

    [[nodiscard]] Secret secret(std::string_view key) const;
    [[nodiscard]] bool flag(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] EntryReader map(std::string_view key) const;
    /// The same under another name and with another place for what is wrong inside.
    [[nodiscard]] EntryReader
    map(std::string_view key, std::string subject, Diagnostics& problems) const;
    /// A list of maps, each with its own reader.
    [[nodiscard]] std::vector<EntryReader> maps(std::string_view key) const;
    /// A map of lists of texts, flattened.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>>
    pairs(std::string_view key) const;

private:
    /// The value, where it is there and not null.
    [[nodiscard]] const yaml::Node* value(std::string_view key) const;
    /// The value's text, or null with a problem noted where it is a list or a map.
    [[nodiscard]] const std::string* scalar(std::string_view key) const;
    [[nodiscard]] std::string child(std::string_view key) const;
    void
    wrongShape(const yaml::Node& node, const std::string& subject, const Message& wanted) const;

    const yaml::Node* m_node = nullptr;
    std::string m_subject;
    std::string m_file;
    Diagnostics* m_problems;
};

} // namespace isthmus::kubeconfig

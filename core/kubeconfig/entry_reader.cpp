// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kubeconfig/entry_reader.h"

namespace isthmus::kubeconfig {

using yaml::Node;

EntryReader::EntryReader(const Node* node,
                         std::string subject,
                         std::string file,
                         Diagnostics& problems)
    : m_subject(std::move(subject))
    , m_file(std::move(file))
    , m_problems(&problems)
{
    if (node == nullptr || node->kind == Node::Kind::Null) {
        return;
    }
    if (node->kind != Node::Kind::Map) {
        wrongShape(*node, m_subject, msg("kubeconfig.want-map"));
        return;
    }
    m_node = node;
}

const Node* EntryReader::value(std::string_view key) const
{
    const Node* found = m_node == nullptr ? nullptr : m_node->find(key);
    return found != nullptr && found->kind != Node::Kind::Null ? found : nullptr;
}

std::string EntryReader::child(std::string_view key) const
{
    return m_subject.empty() ? std::string(key) : m_subject + "." + std::string(key);
}

void EntryReader::wrongShape(const Node& node,
                             const std::string& subject,
                             const Message& wanted) const
{
    // Never the value itself: it may be a secret in the wrong place.
    m_problems->push_back({ Severity::Error,
                            msg("kubeconfig.wrong-shape"),
                            {},
                            subject,
                            wanted,
                            m_file,
                            node.line,
                            node.column });
}

const std::string* EntryReader::scalar(std::string_view key) const
{
    const Node* found = value(key);
    if (found == nullptr) {
        return nullptr;
    }
    if (found->kind != Node::Kind::Scalar) {
        wrongShape(*found, child(key), msg("kubeconfig.want-text"));
        return nullptr;
    }
    return &found->scalar;
}

Field EntryReader::field(std::string_view key) const
{
    const std::string* found = scalar(key);
    return found == nullptr ? Field {} : Field { *found, value(key)->line, value(key)->column };
}

Secret EntryReader::secret(std::string_view key) const
{
    const std::string* found = scalar(key);
    return found == nullptr ? Secret() : Secret(*found);
}

bool EntryReader::flag(std::string_view key) const
{
    const Node* found = value(key);
    if (found == nullptr) {
        return false;
    }
    const json::Value typed =
        found->kind == Node::Kind::Scalar ? yaml::typed(*found) : json::Value();
    if (typed.asBool() == nullptr) {
        wrongShape(*found, child(key), msg("kubeconfig.want-boolean"));
        return false;
    }
    return *typed.asBool();
}

std::vector<std::string> EntryReader::texts(std::string_view key) const
{
    const Node* found = value(key);
    std::vector<std::string> out;
    if (found == nullptr) {
        return out;
    }
    if (found->kind != Node::Kind::Sequence) {
        wrongShape(*found, child(key), msg("kubeconfig.want-list"));
        return out;
    }
    for (const Node& item : found->items) {
        if (item.kind == Node::Kind::Scalar) {
            out.push_back(item.scalar);
        } else {
            wrongShape(item, child(key), msg("kubeconfig.want-text"));
        }
    }
    return out;
}

EntryReader EntryReader::map(std::string_view key) const
{
    return { value(key), child(key), m_file, *m_problems };
}

EntryReader EntryReader::map(std::string_view key, std::string subject, Diagnostics& problems) const
{
    return { value(key), std::move(subject), m_file, problems };
}

std::vector<EntryReader> EntryReader::maps(std::string_view key) const
{
    const Node* found = value(key);
    std::vector<EntryReader> out;
    if (found == nullptr) {
        return out;
    }
    if (found->kind != Node::Kind::Sequence) {
        wrongShape(*found, child(key), msg("kubeconfig.want-list"));
        return out;
    }
    for (const Node& item : found->items) {
        out.emplace_back(&item, child(key), m_file, *m_problems);
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> EntryReader::pairs(std::string_view key) const
{
    std::vector<std::pair<std::string, std::string>> out;
    const EntryReader inner = map(key);
    if (!inner.present()) {
        return out;
    }
    for (const auto& member : inner.m_node->members) {
        for (std::string& text : inner.texts(member.first.scalar)) {
            out.emplace_back(member.first.scalar, std::move(text));
        }
    }
    return out;
}

} // namespace isthmus::kubeconfig

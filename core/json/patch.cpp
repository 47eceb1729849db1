// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/patch.h"

#include "core/base/strings.h"

#include <optional>

namespace isthmus::json {

namespace {

std::string unescaped(std::string token)
{
    for (std::size_t i = 0; (i = token.find('~', i)) != std::string::npos; ++i) {
        const char next = i + 1 < token.size() ? token[i + 1] : '\0';
        token.replace(i, 2, next == '1' ? "/" : "~");
    }
    return token;
}

/// Parts of a pointer; nothing where it does not begin with a slash.
std::optional<std::vector<std::string>> tokens(std::string_view pointer)
{
    if (pointer.empty()) {
        return std::vector<std::string>();
    }
    if (pointer.front() != '/') {
        return std::nullopt;
    }
    std::vector<std::string> parts = split(pointer.substr(1), '/');
    for (std::string& part : parts) {
        part = unescaped(std::move(part));
    }
    return parts;
}

Value* child(Value& parent, const std::string& token)
{
    if (Object* members = parent.asObject()) {
        const auto found = members->find(token);
        return found != members->end() ? &found->second : nullptr;
    }
    if (Array* elements = parent.asArray()) {
        const auto index = toInteger(token);
        return index && *index >= 0 && static_cast<std::size_t>(*index) < elements->size()
            ? &(*elements)[static_cast<std::size_t>(*index)]
            : nullptr;
    }
    return nullptr;
}

Value* walk(Value& root, const std::vector<std::string>& path, std::size_t depth)
{
    Value* here = &root;
    for (std::size_t i = 0; i < depth && here != nullptr; ++i) {
        here = child(*here, path[i]);
    }
    return here;
}

bool add(Value& parent, const std::string& token, const Value& value)
{
    if (Object* members = parent.asObject()) {
        members->insert_or_assign(token, value);
        return true;
    }
    if (Array* elements = parent.asArray()) {
        const auto index = token == "-" ? std::optional(static_cast<long long>(elements->size()))
                                        : toInteger(token);
        if (index && *index >= 0 && static_cast<std::size_t>(*index) <= elements->size()) {
            elements->insert(elements->begin() + *index, value);
            return true;
        }
    }
    return false;
}

bool remove(Value& parent, const std::string& token)
{
    if (child(parent, token) == nullptr) {
        return false;
    }
    if (Array* elements = parent.asArray()) {
        elements->erase(elements->begin() + toInteger(token).value_or(0));
    } else {
        parent.erase(token);
    }
    return true;
}

bool perform(Value& root, const Value& operation)
{
    const auto path = tokens(operation["path"].string());
    if (!path || !operation["path"].asString()) {
        return false;
    }
    const std::string& op = operation["op"].string();
    Value* target = walk(root, *path, path->size());
    if (op == "test") {
        return target != nullptr && *target == operation["value"];
    }
    if (path->empty()) {
        root = op == "remove" ? Value() : operation["value"];
        return op == "add" || op == "replace";
    }
    Value* parent = walk(root, *path, path->size() - 1);
    if (parent == nullptr) {
        return false;
    }
    if (op == "add") {
        return add(*parent, path->back(), operation["value"]);
    }
    if (op == "remove") {
        return remove(*parent, path->back());
    }
    if (op == "replace" && target != nullptr) {
        *target = operation["value"];
        return true;
    }
    return false;
}

} // namespace

const Value* at(const Value& root, std::string_view pointer)
{
    const auto path = tokens(pointer);
    if (!path) {
        return nullptr;
    }
    const Value* here = &root;
    for (const std::string& token : *path) {
        if (here->asArray() != nullptr) {
            const auto index = toInteger(token);
            const bool inside =
                index && *index >= 0 && static_cast<std::size_t>(*index) < here->array().size();
            here = inside ? &(*here)[static_cast<std::size_t>(*index)] : nullptr;
        } else {
            here = here->contains(token) ? &(*here)[token] : nullptr;
        }
        if (here == nullptr) {
            return nullptr;
        }
    }
    return here;
}

Result<Value> patched(Value root, const Value& operations)
{
    for (const Value& operation : operations.array()) {
        if (!perform(root, operation)) {
            return Error { ErrorCode::Invalid, msg("json.patch-failed"), write(operation) };
        }
    }
    return root;
}

bool patchApplies(const Value& root, const Value& operations)
{
    return patched(root, operations).has_value();
}

} // namespace isthmus::json

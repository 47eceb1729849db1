// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"

#include <simdjson.h>

#include <limits>

namespace isthmus::json {

namespace {

namespace dom = simdjson::dom;

Error invalid(std::string why)
{
    return Error { ErrorCode::Invalid, msg("json.invalid"), std::move(why) };
}

/// Copies simdjson's tree, whose strings live in the parser, into ours. Depth is bounded by the
/// parser.
Result<Value> convert(dom::element element)
{
    switch (element.type()) {
    case dom::element_type::ARRAY: {
        Array out;
        for (const dom::element item : dom::array(element)) {
            Result<Value> value = convert(item);
            if (!value) {
                return value;
            }
            out.push_back(std::move(*value));
        }
        return Value(std::move(out));
    }
    case dom::element_type::OBJECT: {
        Object out;
        for (const auto field : dom::object(element)) {
            Result<Value> value = convert(field.value);
            if (!value) {
                return value;
            }
            if (!out.try_emplace(std::string(field.key), std::move(*value)).second) {
                return invalid("the key \"" + std::string(field.key)
                               + "\" stands twice in one object");
            }
        }
        return Value(std::move(out));
    }
    case dom::element_type::INT64:
        return Value(std::int64_t(element));
    case dom::element_type::UINT64:
        return Value(static_cast<double>(std::uint64_t(element)));
    case dom::element_type::DOUBLE:
        return Value(double(element));
    case dom::element_type::STRING:
        return Value(std::string_view(element));
    case dom::element_type::BOOL:
        return Value(bool(element));
    case dom::element_type::NULL_VALUE:
        break;
    }
    return Value();
}

} // namespace

Result<Value> parse(std::string_view text, ParseLimits limits)
{
    if (text.size() > limits.bytes) {
        return invalid("larger than " + std::to_string(limits.bytes) + " bytes");
    }
    dom::parser parser(limits.bytes + simdjson::SIMDJSON_PADDING);
    if (const auto error =
            parser.allocate(text.size() + 1, static_cast<std::size_t>(limits.depth))) {
        return invalid(simdjson::error_message(error));
    }
    dom::element root;
    if (const auto error = parser.parse(text.data(), text.size()).get(root)) {
        return invalid(simdjson::error_message(error));
    }
    return convert(root);
}

} // namespace isthmus::json

// SPDX-License-Identifier: GPL-3.0-or-later
// A request as the server side sees it, and the answer: values, no I/O.
#pragma once

#include "core/json/value.h"
#include "core/sim/failure.h"
#include "core/sim/model.h"
#include "core/sim/selector.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::sim {

struct Request
{
    std::string method; ///< "GET"
    std::string target; ///< path and query, percent-encoded
    std::string contentType = {};
    std::string accept = {};
    std::string userAgent = {};
    std::string body = {};
    Identity identity = {};
};

/// The target taken apart.
struct Route
{
    std::vector<std::string> segments; ///< decoded
    std::map<std::string, std::string, std::less<>> query;

    [[nodiscard]] const std::string& parameter(std::string_view name) const;
    /// Its text is "true" or "1".
    [[nodiscard]] bool flag(std::string_view name) const;
};

[[nodiscard]] Route parseTarget(std::string_view target);

/// What a path means: a collection, an object, or a part of one.
struct Subject
{
    std::shared_ptr<const Kind> kind;
    std::string ns = {};
    std::string name = {};
    std::string subresource = {};
    std::vector<std::string> rest = {}; ///< behind a proxy sub-resource
};

/// A watch that goes on: who holds it asks watchLines() again and again.
struct Watch
{
    Subject subject;
    Selector selector;
    std::int64_t after = 0; ///< the last revision that was told
    bool initial = false; ///< the present objects come first, as ADDED
    bool initialMark = false; ///< and a bookmark ends them (sendInitialEvents)
    bool bookmarks = false;
    bool table = false;
    int timeoutSeconds = 0; ///< 0: the server's own
};

struct Reply
{
    int status = 200;
    std::string contentType = "application/json";
    std::string body = {};
    std::optional<Watch> watch = {}; ///< set: the body streams
};

[[nodiscard]] Reply replyOf(const json::Value& object, int status = 200);
[[nodiscard]] Reply replyOf(const Failure& failure);
/// "404 page not found", as paths that are not served answer.
[[nodiscard]] Reply pageNotFound();

} // namespace isthmus::sim

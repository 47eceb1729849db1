// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/reads.h"

#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/sim/api.h"
#include "core/sim/table.h"

#include <algorithm>

namespace isthmus::sim {

namespace {

using json::Value;

/// "metadata only", as garbage collectors and some kubectl verbs ask.
bool wantsMetadata(const Request& request)
{
    return request.accept.starts_with("application/json;as=PartialObjectMetadata");
}

Value partial(const Value& object)
{
    return json::Object { { "apiVersion", "meta.k8s.io/v1" },
                          { "kind", "PartialObjectMetadata" },
                          { "metadata", object["metadata"] } };
}

std::string placeText(const Value& object)
{
    return object["metadata"]["namespace"].string() + '/' + object["metadata"]["name"].string();
}

Value continueToken(std::int64_t revision, const Value& last)
{
    return base64Encode(json::write(json::Object {
        { "v", "meta.k8s.io/v1" }, { "rv", revision }, { "start", placeText(last) } }));
}

struct Page
{
    std::size_t limit = 0;
    std::string after = {};
    std::int64_t revision = 0;
};

Outcome<Page> pageOf(const Model& model, const Route& route)
{
    Page page { .revision = model.store().revision() };
    if (const auto limit = toInteger(route.parameter("limit")); limit && *limit > 0) {
        page.limit = static_cast<std::size_t>(*limit);
    }
    const std::string& token = route.parameter("continue");
    if (token.empty()) {
        const auto wanted = toInteger(route.parameter("resourceVersion"));
        if (wanted && *wanted > page.revision) {
            Failure failure { .code = 504, .reason = "Timeout" };
            failure.message = "Timeout: Too large resource version: " + std::to_string(*wanted)
                + ", current: " + std::to_string(page.revision);
            failure.details = json::Object {
                { "causes",
                  json::Array { json::Object { { "reason", "ResourceVersionTooLarge" },
                                               { "message", "Too large resource version" } } } },
                { "retryAfterSeconds", 1 }
            };
            return failure;
        }
        if (wanted && *wanted == 0) {
            page.limit = 0; // the watch cache answers whole
        }
        return page;
    }
    const auto text = base64Decode(token);
    const auto parsed = text ? json::parse(*text) : Result<Value>(Value());
    if (!parsed || parsed->asObject() == nullptr) {
        return badRequest("continue key is not valid: illegal base64 data");
    }
    page.revision = (*parsed)["rv"].integer();
    page.after = (*parsed)["start"].string();
    if (page.revision < model.store().forgotten()) {
        Failure failure =
            expired("The provided continue parameter is too old to display a consistent list "
                    "result. You can start a new list without the continue parameter, or use the "
                    "continue token in this response to retrieve the remainder of the results.");
        return failure;
    }
    return page;
}

Value listOf(const Kind& kind, const Value& metadata, json::Array items)
{
    return json::Object { { "apiVersion", kind.apiVersion() },
                          { "kind", kind.kind + "List" },
                          { "metadata", metadata },
                          { "items", std::move(items) } };
}

Value itemOf(const Value& object, const Kind& kind, bool metadataOnly)
{
    if (metadataOnly) {
        return partial(object);
    }
    Value item = inVersion(object, kind);
    if (!kind.custom) { // items of Kubernetes' own kinds carry neither on the wire
        item.erase("apiVersion");
        item.erase("kind");
    }
    return item;
}

Outcome<Selector> selectorOf(const Route& route, const Subject& subject)
{
    auto selector =
        parseSelector(route.parameter("labelSelector"), route.parameter("fieldSelector"));
    if (selector && !subject.name.empty()) {
        selector->fields.push_back(
            { .key = "metadata.name", .op = "=", .values = { subject.name } });
    }
    return selector;
}

Reply startWatch(const Model& model,
                 const Request& request,
                 const Route& route,
                 const Subject& subject,
                 Selector selector)
{
    const auto revision = toInteger(route.parameter("resourceVersion"));
    const bool streamed = route.flag("sendInitialEvents");
    Watch watch { .subject = subject,
                  .selector = std::move(selector),
                  .after = revision.value_or(0),
                  .initial = streamed || revision.value_or(0) == 0,
                  .initialMark = streamed,
                  .bookmarks = route.flag("allowWatchBookmarks"),
                  .table = wantsTable(request),
                  .timeoutSeconds =
                      static_cast<int>(toInteger(route.parameter("timeoutSeconds")).value_or(0)) };
    if (watch.initial) {
        watch.after = model.store().revision();
    }
    return { .contentType = "application/json", .watch = std::move(watch) };
}

std::string line(const char* type, const Value& object, const Watch& watch, UtcTime now)
{
    const Kind& kind = *watch.subject.kind;
    return json::write(
               json::Object { { "type", type },
                              { "object",
                                watch.table ? tableOf(kind, { object }, json::Object {}, now)
                                            : inVersion(object, kind) } })
        + '\n';
}

/// What a change is to a watch: objects enter and leave its selection.
std::optional<std::string> lineOf(const Change& change, const Watch& watch, UtcTime now)
{
    const bool was = change.before != nullptr && watch.selector.matches(*change.before);
    const bool is = change.after != nullptr && watch.selector.matches(*change.after);
    if (is) {
        return line(was ? "MODIFIED" : "ADDED", *change.after, watch, now);
    }
    if (!was) {
        return std::nullopt;
    }
    Value gone = change.after != nullptr ? *change.after : *change.before;
    gone.member("metadata").member("resourceVersion") = std::to_string(change.revision);
    return line("DELETED", gone, watch, now);
}

} // namespace

bool wantsTable(const Request& request)
{
    return request.accept.find("as=Table") != std::string::npos
        && request.accept.find("v=v1;") != std::string::npos;
}

Value inVersion(Value object, const Kind& kind)
{
    object.member("apiVersion") = kind.apiVersion();
    return object;
}

Reply readObject(const Model& model, const Request& request, const Subject& subject)
{
    const Kind& kind = *subject.kind;
    const ObjectPtr object = model.get(kind, subject.ns, subject.name);
    if (object == nullptr) {
        return replyOf(notFound(kind, subject.name));
    }
    if (wantsTable(request)) {
        return replyOf(tableOf(
            kind,
            { *object },
            json::Object { { "resourceVersion", (*object)["metadata"]["resourceVersion"] } },
            model.options().clock.now()));
    }
    return replyOf(wantsMetadata(request) ? partial(*object) : inVersion(*object, kind));
}

Reply readCollection(const Model& model,
                     const Request& request,
                     const Route& route,
                     const Subject& subject)
{
    Outcome<Selector> selector = selectorOf(route, subject);
    if (!selector) {
        return replyOf(selector.failure());
    }
    if (route.flag("watch")) {
        return startWatch(model, request, route, subject, std::move(*selector));
    }
    const Outcome<Page> page = pageOf(model, route);
    if (!page) {
        return replyOf(page.failure());
    }
    const Kind& kind = *subject.kind;
    const Place place = placeOf(kind, subject.ns, {});
    std::vector<ObjectPtr> found = model.store().list(place.group, place.plural, place.ns);
    std::erase_if(found, [&](const ObjectPtr& each) {
        return !selector->matches(*each)
            || (!page->after.empty() && placeText(*each) <= page->after);
    });
    Value metadata = json::Object { { "resourceVersion", std::to_string(page->revision) } };
    if (page->limit != 0 && found.size() > page->limit) {
        metadata.member("continue") = continueToken(page->revision, *found[page->limit - 1]);
        if (selector->empty()) {
            metadata.member("remainingItemCount") = found.size() - page->limit;
        }
        found.resize(page->limit);
    }
    if (wantsTable(request)) {
        std::vector<Value> objects;
        std::ranges::transform(
            found, std::back_inserter(objects), [](const ObjectPtr& each) { return *each; });
        return replyOf(tableOf(kind, objects, metadata, model.options().clock.now()));
    }
    const bool metadataOnly =
        request.accept.starts_with("application/json;as=PartialObjectMetadataList");
    json::Array items;
    for (const ObjectPtr& each : found) {
        items.push_back(itemOf(*each, kind, metadataOnly));
    }
    Value list = listOf(kind, metadata, std::move(items));
    if (metadataOnly) {
        list.member("apiVersion") = "meta.k8s.io/v1";
        list.member("kind") = "PartialObjectMetadataList";
    }
    return replyOf(list);
}

std::vector<std::string> watchLines(const Model& model, Watch& watch, bool& ended)
{
    std::vector<std::string> out;
    const Store& store = model.store();
    const UtcTime now = model.options().clock.now();
    const Place place = placeOf(*watch.subject.kind, watch.subject.ns, {});
    if (watch.initial) {
        for (const ObjectPtr& each : store.list(place.group, place.plural, place.ns)) {
            if (watch.selector.matches(*each)) {
                out.push_back(line("ADDED", *each, watch, now));
            }
        }
        watch.after = store.revision();
        watch.initial = false;
        if (watch.initialMark) {
            Value mark = json::parse(bookmarkLine(watch)).value_or(Value());
            mark.member("object")
                .member("metadata")
                .member("annotations")
                .member("k8s.io/initial-events-end") = "true";
            out.push_back(json::write(mark) + '\n');
        }
    }
    if (watch.after < store.forgotten()) {
        const Failure failure = expired("too old resource version: " + std::to_string(watch.after)
                                        + " (" + std::to_string(store.forgotten()) + ")");
        out.push_back(
            json::write(json::Object { { "type", "ERROR" }, { "object", statusOf(failure) } })
            + '\n');
        ended = true;
        return out;
    }
    for (const Change& change : store.since(watch.after)) {
        const bool concerns = change.place.group == place.group
            && change.place.plural == place.plural
            && (place.ns.empty() || change.place.ns == place.ns);
        if (auto text = concerns ? lineOf(change, watch, now) : std::nullopt) {
            out.push_back(std::move(*text));
        }
        watch.after = change.revision;
    }
    return out;
}

std::string bookmarkLine(const Watch& watch)
{
    const Kind& kind = *watch.subject.kind;
    return json::write(json::Object {
               { "type", "BOOKMARK" },
               { "object",
                 json::Object {
                     { "apiVersion", kind.apiVersion() },
                     { "kind", kind.kind },
                     { "metadata",
                       json::Object { { "resourceVersion", std::to_string(watch.after) } } } } } })
        + '\n';
}

} // namespace isthmus::sim

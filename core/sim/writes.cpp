// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/writes.h"

#include "core/base/strings.h"
#include "core/json/patch.h"
#include "core/sim/patch.h"
#include "core/sim/reads.h"

namespace isthmus::sim {

namespace {

using json::Value;

/// Who writes, where the request does not say: the client's program, as the server takes it.
std::string managerOf(const Request& request, const Route& route)
{
    const std::string& given = route.parameter("fieldManager");
    if (!given.empty()) {
        return given;
    }
    const std::string program = split(request.userAgent, '/').front();
    return program.empty() ? "unknown" : shortened(program, 128);
}

bool isDryRun(const Route& route)
{
    return route.parameter("dryRun") == "All";
}

WriteOptions optionsOf(const Request& request, const Route& route, const Subject& subject)
{
    return { .manager = managerOf(request, route),
             .subresource = subject.subresource,
             .dryRun = isDryRun(route),
             .force = route.flag("force") };
}

std::optional<Failure> checkBody(const Subject& subject, const Value& body)
{
    const Kind& kind = *subject.kind;
    if (body.asObject() == nullptr) {
        return badRequest("the object provided is unrecognized (must be of type " + kind.kind
                          + "): couldn't get version/kind; json parse error");
    }
    const std::string& apiVersion = body["apiVersion"].string();
    const std::string& name = body["kind"].string();
    if (name.empty() || apiVersion.empty()) {
        return badRequest("Object 'Kind' is missing in '" + shortened(json::write(body), 200)
                          + "'");
    }
    if (name != kind.kind || apiVersion != kind.apiVersion()) {
        return badRequest("the API version in the data (" + apiVersion
                          + ") does not match the expected API version (" + kind.apiVersion()
                          + ")");
    }
    const std::string& own = body["metadata"]["name"].string();
    if (!subject.name.empty() && !own.empty() && own != subject.name) {
        return badRequest("the name of the object (" + own
                          + ") does not match the name on the URL (" + subject.name + ")");
    }
    const std::string& ns = body["metadata"]["namespace"].string();
    if (kind.namespaced && !ns.empty() && ns != subject.ns) {
        return badRequest("the namespace of the provided object does not match the namespace sent "
                          "on the request");
    }
    return std::nullopt;
}

Reply objectReply(const Outcome<Value>& outcome, const Kind& kind, int status)
{
    return outcome ? replyOf(inVersion(*outcome, kind), status) : replyOf(outcome.failure());
}

Failure unsupportedPatch(const std::string& type)
{
    return { .code = 415,
             .reason = "UnsupportedMediaType",
             .message = "the body of the request was in an unknown format - accepted media types "
                        "include: application/json-patch+json, application/merge-patch+json, "
                        "application/apply-patch+yaml (sent: "
                 + type + ")" };
}

Outcome<Value>
patchedObject(const Kind& kind, const Value& object, const Value& patch, const std::string& type)
{
    if (type == "application/json-patch+json") {
        auto patched = json::patched(object, patch);
        if (!patched) {
            return Failure { .code = 422,
                             .reason = "Invalid",
                             .message = "the server rejected our request due to an error in our "
                                        "request" };
        }
        return std::move(*patched);
    }
    if (type == "application/merge-patch+json") {
        return mergePatched(object, patch);
    }
    if (type == "application/strategic-merge-patch+json" && !kind.custom) {
        return strategicPatched(object, patch, kind);
    }
    return unsupportedPatch(type);
}

/// A write to scale is one to spec.replicas.
Outcome<Value>
rescaled(Model& model, const Subject& subject, const Value& scale, const WriteOptions& options)
{
    const ObjectPtr object = model.get(*subject.kind, subject.ns, subject.name);
    if (object == nullptr) {
        return notFound(*subject.kind, subject.name);
    }
    Value changed = *object;
    changed.member("spec").member("replicas") = scale["spec"]["replicas"].integer();
    if (const Value& version = scale["metadata"]["resourceVersion"]; !version.string().empty()) {
        changed.member("metadata").member("resourceVersion") = version;
    }
    Outcome<Value> outcome =
        model.update(*subject.kind, subject.ns, subject.name, std::move(changed), options);
    return outcome ? Outcome<Value>(scaleOf(*outcome)) : outcome;
}

Reply applyObject(Model& model,
                  const Request& request,
                  const Route& route,
                  const Subject& subject,
                  const Value& body)
{
    if (route.parameter("fieldManager").empty()) {
        return replyOf(Failure { .code = 422,
                                 .reason = "Invalid",
                                 .message = "PatchOptions.meta.k8s.io \"\" is invalid: "
                                            "fieldManager: Required value: is required for apply "
                                            "patch" });
    }
    if (auto failure = checkBody(subject, body)) {
        return replyOf(*failure);
    }
    if (!body["metadata"]["managedFields"].isNull()) {
        return replyOf(badRequest("metadata.managedFields must be nil"));
    }
    Value intent = body;
    intent.member("metadata").member("name") = subject.name;
    if (subject.kind->namespaced) {
        intent.member("metadata").member("namespace") = subject.ns;
    }
    bool created = false;
    const Outcome<Value> outcome = model.apply(*subject.kind,
                                               subject.ns,
                                               subject.name,
                                               intent,
                                               optionsOf(request, route, subject),
                                               created);
    return objectReply(outcome, *subject.kind, created ? 201 : 200);
}

DeleteOptions deleteOptions(const Route& route, const Value& body)
{
    const std::string policy = body["propagationPolicy"].string().empty()
        ? route.parameter("propagationPolicy")
        : body["propagationPolicy"].string();
    return { .uid = body["preconditions"]["uid"].string(),
             .resourceVersion = body["preconditions"]["resourceVersion"].string(),
             .orphan = policy == "Orphan" || body["orphanDependents"].boolean(),
             .dryRun = isDryRun(route) || !body["dryRun"].array().empty() };
}

Reply deleteCollection(Model& model, const Route& route, const Subject& subject, const Value& body)
{
    const Kind& kind = *subject.kind;
    const auto selector =
        parseSelector(route.parameter("labelSelector"), route.parameter("fieldSelector"));
    if (!selector) {
        return replyOf(selector.failure());
    }
    const Place place = placeOf(kind, subject.ns, {});
    json::Array items;
    for (const ObjectPtr& each : model.store().list(place.group, place.plural, place.ns)) {
        if (selector->matches(*each)) {
            items.push_back(*each);
            static_cast<void>(model.remove(kind,
                                           (*each)["metadata"]["namespace"].string(),
                                           (*each)["metadata"]["name"].string(),
                                           deleteOptions(route, body)));
        }
    }
    return replyOf(json::Object { { "apiVersion", kind.apiVersion() },
                                  { "kind", kind.kind + "List" },
                                  { "metadata", json::Object {} },
                                  { "items", std::move(items) } });
}

} // namespace

Value scaleOf(const Value& object)
{
    const Value& metadata = object["metadata"];
    std::vector<std::string> selector;
    for (const auto& [name, value] : object["spec"]["selector"]["matchLabels"].object()) {
        selector.push_back(name + '=' + value.string());
    }
    return json::Object {
        { "apiVersion", "autoscaling/v1" },
        { "kind", "Scale" },
        { "metadata",
          json::Object { { "name", metadata["name"] },
                         { "namespace", metadata["namespace"] },
                         { "uid", metadata["uid"] },
                         { "resourceVersion", metadata["resourceVersion"] },
                         { "creationTimestamp", metadata["creationTimestamp"] } } },
        { "spec", json::Object { { "replicas", object["spec"]["replicas"].integer() } } },
        { "status",
          json::Object { { "replicas", object["status"]["replicas"].integer() },
                         { "selector", join(selector, ",") } } }
    };
}

Reply createObject(
    Model& model, const Request& request, const Route& route, const Subject& subject, Value body)
{
    if (auto failure = checkBody(subject, body)) {
        return replyOf(*failure);
    }
    body.member("metadata").erase("managedFields");
    return objectReply(
        model.create(
            *subject.kind, subject.ns, std::move(body), optionsOf(request, route, subject)),
        *subject.kind,
        201);
}

Reply replaceObject(
    Model& model, const Request& request, const Route& route, const Subject& subject, Value body)
{
    const WriteOptions options = optionsOf(request, route, subject);
    if (subject.subresource == "scale") {
        const Outcome<Value> scale = rescaled(model, subject, body, options);
        return scale ? replyOf(*scale) : replyOf(scale.failure());
    }
    if (auto failure = checkBody(subject, body)) {
        return replyOf(*failure);
    }
    return objectReply(
        model.update(*subject.kind, subject.ns, subject.name, std::move(body), options),
        *subject.kind,
        200);
}

Reply patchObject(Model& model,
                  const Request& request,
                  const Route& route,
                  const Subject& subject,
                  const Value& body)
{
    const std::string type(trimmed(split(request.contentType, ';').front()));
    if (type == "application/apply-patch+yaml") {
        return applyObject(model, request, route, subject, body);
    }
    const Kind& kind = *subject.kind;
    const ObjectPtr object = model.get(kind, subject.ns, subject.name);
    if (object == nullptr) {
        return replyOf(notFound(kind, subject.name));
    }
    const bool scale = subject.subresource == "scale";
    Outcome<Value> patched = patchedObject(kind, scale ? scaleOf(*object) : *object, body, type);
    if (!patched) {
        return replyOf(patched.failure());
    }
    const WriteOptions options = optionsOf(request, route, subject);
    if (scale) {
        const Outcome<Value> outcome = rescaled(model, subject, *patched, options);
        return outcome ? replyOf(*outcome) : replyOf(outcome.failure());
    }
    patched->member("apiVersion") = kind.apiVersion();
    if (auto failure = checkBody(subject, *patched)) {
        return replyOf(*failure);
    }
    return objectReply(
        model.update(kind, subject.ns, subject.name, std::move(*patched), options), kind, 200);
}

Reply deleteObjects(Model& model, const Route& route, const Subject& subject, const Value& body)
{
    if (subject.name.empty()) {
        return deleteCollection(model, route, subject, body);
    }
    const Kind& kind = *subject.kind;
    const Outcome<Value> last =
        model.remove(kind, subject.ns, subject.name, deleteOptions(route, body));
    if (!last) {
        return replyOf(last.failure());
    }
    const bool wholeObject = kind.kind == "Pod" || kind.kind == "Namespace"
        || kind.kind == "Service" || (*last)["metadata"].contains("deletionTimestamp");
    if (wholeObject) {
        return replyOf(inVersion(*last, kind));
    }
    Value details = json::Object { { "name", subject.name },
                                   { "kind", kind.plural },
                                   { "uid", (*last)["metadata"]["uid"] } };
    if (!kind.group.empty()) {
        details.member("group") = kind.group;
    }
    return replyOf(json::Object { { "kind", "Status" },
                                  { "apiVersion", "v1" },
                                  { "metadata", json::Object {} },
                                  { "status", "Success" },
                                  { "details", std::move(details) } });
}

} // namespace isthmus::sim

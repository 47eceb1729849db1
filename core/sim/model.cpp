// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/model.h"

#include "core/base/strings.h"
#include "core/sim/defaults.h"
#include "core/sim/managed.h"

#include <utility>

namespace isthmus::sim {

namespace {

using json::Value;

constexpr std::string_view namingLetters = "bcdfghjklmnpqrstvwxz2456789";

/// What an update cannot change, whatever it says.
void keepIdentity(const Value& before, Value& after)
{
    Value& metadata = after.member("metadata");
    for (const char* name : { "name",
                              "namespace",
                              "uid",
                              "creationTimestamp",
                              "deletionTimestamp",
                              "deletionGracePeriodSeconds",
                              "generation",
                              "resourceVersion" }) {
        if (before["metadata"].contains(name)) {
            metadata.member(name) = before["metadata"][name];
        } else {
            metadata.erase(name);
        }
    }
    after.member("apiVersion") = before["apiVersion"];
    after.member("kind") = before["kind"];
}

/// A write to the object leaves its status alone, one to the status everything else.
void separateStatus(const Kind& kind, const Value& before, Value& after, bool statusOnly)
{
    if (!kind.hasStatus) {
        return;
    }
    if (statusOnly) {
        Value status = after["status"];
        Value metadata = after["metadata"];
        after = before;
        after.member("status") = std::move(status);
        if (metadata.contains("managedFields")) {
            after.member("metadata").member("managedFields") = metadata["managedFields"];
        }
    } else if (before.contains("status")) {
        after.member("status") = before["status"];
    } else {
        after.erase("status");
    }
}

Value withoutBookkeeping(Value object)
{
    object.erase("status");
    object.erase("metadata");
    return object;
}

Value comparable(Value object)
{
    object.member("metadata").erase("managedFields");
    return object;
}

bool hasGeneration(const Kind& kind, const Value& object)
{
    return object.contains("spec") && (kind.custom || kind.hasStatus) && kind.kind != "Namespace"
        && kind.kind != "Service" && kind.kind != "Node";
}

bool isHeld(const Value& object)
{
    return !object["metadata"]["finalizers"].array().empty()
        || !object["spec"]["finalizers"].array().empty();
}

} // namespace

Place placeOf(const Kind& kind, std::string ns, std::string name)
{
    // Events are one resource in two groups.
    const bool events = kind.group == "events.k8s.io";
    return { .group = events ? std::string() : kind.group,
             .plural = kind.plural,
             .ns = kind.namespaced ? std::move(ns) : std::string(),
             .name = std::move(name) };
}

Model::Model(Options options)
    : m_options(std::move(options))
    , m_store(m_options.logLimit)
    , m_random(m_options.seed)
{ }

ObjectPtr Model::get(const Kind& kind, const std::string& ns, const std::string& name) const
{
    return m_store.get(placeOf(kind, ns, name));
}

std::vector<ObjectPtr>
Model::list(const char* group, const char* plural, const std::string& ns) const
{
    return m_store.list(group, plural, ns);
}

std::optional<Failure>
Model::checkNew(const Kind& kind, const std::string& ns, const Value& object) const
{
    const std::string& name = object["metadata"]["name"].string();
    if (kind.namespaced) {
        const ObjectPtr space = m_store.get({ .group = "", .plural = "namespaces", .name = ns });
        const Kind& namespaces = *m_kinds.find("", "namespaces");
        if (space == nullptr) {
            return notFound(namespaces, ns);
        }
        if ((*space)["metadata"].contains("deletionTimestamp")) {
            Failure failure = forbidden(kind,
                                        name,
                                        "unable to create new content in namespace " + ns
                                            + " because it is being terminated");
            failure.details.member("causes").push(
                json::Object { { "reason", "NamespaceTerminating" },
                               { "message", "namespace " + ns + " is being terminated" },
                               { "field", "metadata.namespace" } });
            return failure;
        }
    }
    if (get(kind, ns, name) != nullptr) {
        return alreadyExists(kind, name);
    }
    return std::nullopt;
}

std::optional<Failure> Model::admit(const Kind& kind, const Value& before, Value& object)
{
    for (const Admission& admission : m_admissions) {
        if (auto failure = admission(*this, kind, before, object)) {
            return failure;
        }
    }
    return std::nullopt;
}

Outcome<Value>
Model::store(const Kind& kind, const ObjectPtr& before, Value object, const WriteOptions& options)
{
    const std::string& ns = object["metadata"]["namespace"].string();
    const std::string name = object["metadata"]["name"].string();
    const std::vector<Cause> causes = validate(kind, before == nullptr ? Value() : *before, object);
    if (!causes.empty()) {
        return invalid(kind, name, causes);
    }
    if (before != nullptr) {
        if (comparable(*before) == comparable(object)
            && (*before)["metadata"]["managedFields"] == object["metadata"]["managedFields"]) {
            return object;
        }
        if (hasGeneration(kind, object)
            && withoutBookkeeping(*before) != withoutBookkeeping(object)) {
            object.member("metadata").member("generation") =
                (*before)["metadata"]["generation"].integer() + 1;
        }
    }
    if (options.dryRun) {
        return object;
    }
    const Place place = placeOf(kind, ns, name);
    if (object["metadata"].contains("deletionTimestamp") && !isHeld(object)) {
        m_store.remove(place);
    } else {
        object = *m_store.put(place, std::move(object));
    }
    if (kind.kind == "CustomResourceDefinition") {
        m_kinds.addFromCrd(object);
    }
    return object;
}

Outcome<Value>
Model::create(const Kind& kind, const std::string& ns, Value object, const WriteOptions& options)
{
    object.member("apiVersion") = kind.apiVersion();
    object.member("kind") = kind.kind;
    Value& metadata = object.member("metadata");
    if (metadata["name"].string().empty() && !metadata["generateName"].string().empty()) {
        metadata.member("name") = metadata["generateName"].string() + suffix(5);
    }
    const std::string name = metadata["name"].string();
    if (name.empty()) {
        return invalid(kind,
                       name,
                       { { "metadata.name",
                           "FieldValueRequired",
                           "Required value: name or generateName is required" } });
    }
    if (kind.namespaced) {
        metadata.member("namespace") = ns;
    } else {
        metadata.erase("namespace");
    }
    if (auto failure = checkNew(kind, ns, object)) {
        return *failure;
    }
    metadata.erase("deletionTimestamp");
    metadata.erase("resourceVersion");
    metadata.member("uid") = newUid();
    metadata.member("creationTimestamp") = now();
    if (kind.hasStatus) {
        object.erase("status");
    }
    if (auto failure = admit(kind, {}, object)) {
        return *failure;
    }
    const bool isApplied = !object["metadata"]["managedFields"].isNull();
    if (!isApplied) {
        object =
            trackUpdate(kind, {}, std::move(object), { .manager = options.manager, .time = now() });
    }
    setDefaults(kind, {}, object, m_random);
    if (hasGeneration(kind, object)) {
        object.member("metadata").member("generation") = 1;
    }
    return store(kind, nullptr, std::move(object), options);
}

Outcome<Value> Model::update(const Kind& kind,
                             const std::string& ns,
                             const std::string& name,
                             Value object,
                             const WriteOptions& options)
{
    const ObjectPtr before = get(kind, ns, name);
    if (before == nullptr) {
        return notFound(kind, name);
    }
    const Value& metadata = object["metadata"];
    const std::string& version = metadata["resourceVersion"].string();
    if (!version.empty() && version != (*before)["metadata"]["resourceVersion"].string()) {
        return modified(kind, name);
    }
    const std::string& uid = metadata["uid"].string();
    if (!uid.empty() && uid != (*before)["metadata"]["uid"].string()) {
        return conflict(kind,
                        name,
                        "Precondition failed: UID in precondition: " + uid
                            + ", UID in object meta: " + (*before)["metadata"]["uid"].string());
    }
    keepIdentity(*before, object);
    separateStatus(kind, *before, object, options.subresource == "status");
    if (auto failure = admit(kind, *before, object)) {
        return *failure;
    }
    object = trackUpdate(
        kind,
        *before,
        std::move(object),
        { .manager = options.manager, .time = now(), .subresource = options.subresource });
    setDefaults(kind, *before, object, m_random);
    return store(kind, before, std::move(object), options);
}

Outcome<Value> Model::apply(const Kind& kind,
                            const std::string& ns,
                            const std::string& name,
                            const Value& intent,
                            const WriteOptions& options,
                            bool& created)
{
    const ObjectPtr before = get(kind, ns, name);
    created = before == nullptr;
    const Writer writer { .manager = options.manager,
                          .time = now(),
                          .subresource = options.subresource,
                          .force = options.force };
    const std::string& version = intent["metadata"]["resourceVersion"].string();
    if (!version.empty()
        && (created || version != (*before)["metadata"]["resourceVersion"].string())) {
        return modified(kind, name);
    }
    Outcome<Value> object = applied(kind, created ? Value() : *before, intent, writer);
    if (!object) {
        return object;
    }
    if (created) {
        return options.subresource.empty() ? create(kind, ns, std::move(*object), options)
                                           : Outcome<Value>(notFound(kind, name));
    }
    keepIdentity(*before, *object);
    separateStatus(kind, *before, *object, options.subresource == "status");
    if (auto failure = admit(kind, *before, *object)) {
        return *failure;
    }
    setDefaults(kind, *before, *object, m_random);
    return store(kind, before, std::move(*object), options);
}

void Model::disown(const std::string& uid)
{
    std::vector<Place> dependents;
    m_store.forEach([&](const Place& place, const ObjectPtr& object) {
        for (const Value& owner : (*object)["metadata"]["ownerReferences"].array()) {
            if (owner["uid"].string() == uid) {
                dependents.push_back(place);
            }
        }
    });
    for (const Place& place : dependents) {
        edit(place, "kube-controller-manager", [&](Value& object) {
            std::erase_if(*object.member("metadata").member("ownerReferences").asArray(),
                          [&](const Value& owner) { return owner["uid"].string() == uid; });
        });
    }
}

Outcome<Value> Model::remove(const Kind& kind,
                             const std::string& ns,
                             const std::string& name,
                             const DeleteOptions& options)
{
    const ObjectPtr object = get(kind, ns, name);
    if (object == nullptr) {
        return notFound(kind, name);
    }
    const std::string& uid = (*object)["metadata"]["uid"].string();
    const std::string& version = (*object)["metadata"]["resourceVersion"].string();
    if (!options.uid.empty() && options.uid != uid) {
        return conflict(kind,
                        name,
                        "the UID in the precondition (" + options.uid
                            + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
    }
    if (!options.resourceVersion.empty() && options.resourceVersion != version) {
        return conflict(kind,
                        name,
                        "the ResourceVersion in the precondition (" + options.resourceVersion
                            + ") does not match the ResourceVersion in record (" + version
                            + "). The object might have been modified");
    }
    const Place place = placeOf(kind, ns, name);
    Value last = *object;
    if (isHeld(last)) {
        if (last["metadata"].contains("deletionTimestamp")) {
            return last;
        }
        last.member("metadata").member("deletionTimestamp") = now();
        last.member("metadata").member("deletionGracePeriodSeconds") = 0;
        if (kind.kind == "Namespace") {
            last.member("status").member("phase") = "Terminating";
        }
        return options.dryRun ? last : *m_store.put(place, std::move(last));
    }
    if (options.dryRun) {
        return last;
    }
    if (options.orphan) {
        disown(uid);
    }
    m_store.remove(place);
    if (kind.kind == "CustomResourceDefinition") {
        m_kinds.remove(last["spec"]["group"].string(), last["spec"]["names"]["plural"].string());
    }
    return last;
}

void Model::edit(const Place& place, const char* manager, const std::function<void(Value&)>& change)
{
    const ObjectPtr before = m_store.get(place);
    const Kind* kind = before != nullptr
        ? m_kinds.byKind((*before)["apiVersion"].string(), (*before)["kind"].string())
        : nullptr;
    if (kind == nullptr) {
        return;
    }
    Value object = *before;
    change(object);
    object =
        trackUpdate(*kind,
                    *before,
                    std::move(object),
                    { .manager = manager,
                      .time = now(),
                      .subresource = object["status"] != (*before)["status"] ? "status" : "" });
    static_cast<void>(store(*kind, before, std::move(object), {}));
}

void Model::ensure(const char* apiVersion, const char* name, const std::string& ns, Value object)
{
    const Kind* kind = m_kinds.byKind(apiVersion, name);
    if (kind != nullptr && get(*kind, ns, object["metadata"]["name"].string()) == nullptr) {
        static_cast<void>(
            create(*kind, ns, std::move(object), { .manager = "kube-controller-manager" }));
    }
}

void Model::removeAt(const Place& place)
{
    if (const Kind* kind = m_kinds.find(place.group, place.plural)) {
        static_cast<void>(remove(*kind, place.ns, place.name, {}));
    } else { // its definition is gone, and takes the objects along
        m_store.remove(place);
    }
}

std::optional<ProxyAnswer>
Model::proxied(const std::string& ns, const std::string& name, const std::string& path) const
{
    for (const ProxyTarget& target : m_proxyTargets) {
        if (auto answer = target(*this, ns, name, path)) {
            return answer;
        }
    }
    return std::nullopt;
}

void Model::settle()
{
    // Bounded, so that two controllers which undo each other show as a test that fails, not as one
    // that hangs.
    for (int round = 0; round < 1'000 && m_settled < m_store.revision(); ++round) {
        const std::vector<Change> changes = m_store.since(m_settled);
        m_settled = m_store.revision();
        for (const Reactor& react : m_reactors) {
            react(*this, changes);
        }
    }
}

std::string Model::newUid()
{
    const auto hex = [this](std::size_t digits) {
        static constexpr std::string_view alphabet = "0123456789abcdef";
        std::string out;
        while (out.size() < digits) {
            out += alphabet[m_random() % alphabet.size()];
        }
        return out;
    };
    return hex(8) + '-' + hex(4) + "-4" + hex(3) + "-a" + hex(3) + '-' + hex(12);
}

std::string Model::suffix(std::size_t count)
{
    std::string out;
    while (out.size() < count) {
        out += namingLetters[m_random() % namingLetters.size()];
    }
    return out;
}

std::string Model::now() const
{
    return formatTime(m_options.clock.now()).substr(0, 19) + 'Z';
}

std::string
Model::mintToken(const std::string& ns, const std::string& account, const std::string& uid)
{
    const Value payload = json::Object { { "iss", "https://kubernetes.default.svc.cluster.local" },
                                         { "sub", "system:serviceaccount:" + ns + ':' + account },
                                         { "jti", newUid() } };
    std::string token = base64Encode(R"({"alg":"RS256"})") + '.'
        + base64Encode(json::write(payload)) + '.' + suffix(43);
    std::erase(token, '=');
    m_tokens[token] = { ns, account, uid };
    return token;
}

std::optional<Identity> Model::identityOf(std::string_view token) const
{
    const auto found = m_tokens.find(token);
    if (found == m_tokens.end()) {
        return std::nullopt;
    }
    const auto& [ns, name, uid] = found->second;
    const ObjectPtr account =
        m_store.get({ .group = "", .plural = "serviceaccounts", .ns = ns, .name = name });
    if (account == nullptr || (*account)["metadata"]["uid"].string() != uid) {
        return std::nullopt;
    }
    return Identity { .user = "system:serviceaccount:" + ns + ':' + name,
                      .groups = { "system:serviceaccounts",
                                  "system:serviceaccounts:" + ns,
                                  "system:authenticated" } };
}

} // namespace isthmus::sim

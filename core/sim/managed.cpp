// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/managed.h"

#include "core/sim/field_set.h"

#include <algorithm>

namespace isthmus::sim {

namespace {

using json::Value;

/// Without what no manager owns: identity, and what the server itself writes.
Value ownable(Value object)
{
    object.erase("apiVersion");
    object.erase("kind");
    if (object.contains("metadata")) {
        Value& metadata = object.member("metadata");
        for (const char* name : { "name",
                                  "namespace",
                                  "uid",
                                  "resourceVersion",
                                  "generation",
                                  "creationTimestamp",
                                  "deletionTimestamp",
                                  "deletionGracePeriodSeconds",
                                  "managedFields",
                                  "selfLink" }) {
            metadata.erase(name);
        }
        if (metadata.object().empty()) {
            object.erase("metadata");
        }
    }
    return object;
}

bool isOf(const Value& entry, const Writer& writer, const char* operation)
{
    return entry["manager"].string() == writer.manager && entry["operation"].string() == operation
        && entry["subresource"].string() == writer.subresource;
}

Value entryOf(const Kind& kind, const Writer& writer, const char* operation, FieldSet fields)
{
    Value entry =
        json::Object { { "manager", writer.manager },       { "operation", operation },
                       { "apiVersion", kind.apiVersion() }, { "time", writer.time },
                       { "fieldsType", "FieldsV1" },        { "fieldsV1", std::move(fields) } };
    if (!writer.subresource.empty()) {
        entry.member("subresource") = writer.subresource;
    }
    return entry;
}

json::Array entriesOf(const Value& object)
{
    return object["metadata"]["managedFields"].array();
}

void setEntries(Value& object, json::Array entries)
{
    std::erase_if(entries, [](const Value& entry) { return isEmpty(entry["fieldsV1"]); });
    if (entries.empty()) {
        object.member("metadata").erase("managedFields");
    } else {
        object.member("metadata").member("managedFields") = std::move(entries);
    }
}

std::string describe(const Value& entry)
{
    std::string out = '"' + entry["manager"].string() + '"';
    if (entry["operation"].string() == "Update") {
        if (!entry["subresource"].string().empty()) {
            out += " with subresource \"" + entry["subresource"].string() + '"';
        }
        out += " using " + entry["apiVersion"].string();
    }
    return out;
}

struct Conflict
{
    std::string who;
    std::string path;
};

Failure conflictFailure(const std::vector<Conflict>& conflicts)
{
    Failure failure { .code = 409, .reason = "Conflict" };
    const std::size_t count = conflicts.size();
    failure.message = "Apply failed with " + std::to_string(count)
        + (count == 1
               ? " conflict: conflict with " + conflicts.front().who + ": " + conflicts.front().path
               : " conflicts:");
    std::string last;
    for (const Conflict& each : conflicts) {
        failure.details.member("causes").push(
            json::Object { { "reason", "FieldManagerConflict" },
                           { "message", "conflict with " + each.who },
                           { "field", each.path } });
        if (count > 1) {
            failure.message += each.who == last ? "" : " conflicts with " + each.who + ':';
            failure.message += "\n- " + each.path;
            last = each.who;
        }
    }
    return failure;
}

/// The apply's own part of a list of entries: taken out, its fields answered.
FieldSet takeOwn(json::Array& entries, const Writer& writer)
{
    FieldSet own = json::Object {};
    const auto rest = std::ranges::partition(
        entries, [&](const Value& entry) { return !isOf(entry, writer, "Apply"); });
    for (const Value& entry : rest) {
        own = united(own, entry["fieldsV1"]);
    }
    entries.erase(rest.begin(), rest.end());
    return own;
}

} // namespace

Value trackUpdate(const Kind& kind, const Value& before, Value after, const Writer& writer)
{
    const Schema schema = schemaOf(kind);
    const Value now = ownable(after);
    FieldSet changed =
        before.isNull() ? fieldsOf(now, schema) : changedFields(ownable(before), now, schema);
    const FieldSet present = fieldsOf(now, schema);
    json::Array entries = entriesOf(before.isNull() ? after : before);
    FieldSet own = json::Object {};
    std::erase_if(entries, [&](const Value& entry) {
        if (isOf(entry, writer, "Update")) {
            own = entry["fieldsV1"];
            return !isEmpty(changed);
        }
        return false;
    });
    if (!isEmpty(changed)) {
        for (Value& entry : entries) {
            entry.member("fieldsV1") = without(entry["fieldsV1"], changed);
        }
        own = united(without(own, changed), common(present, changed));
        entries.push_back(entryOf(kind, writer, "Update", std::move(own)));
    }
    setEntries(after, std::move(entries));
    return after;
}

Outcome<Value>
applied(const Kind& kind, const Value& live, const Value& intent, const Writer& writer)
{
    const Schema schema = schemaOf(kind);
    const FieldSet wanted = fieldsOf(ownable(intent), schema);
    json::Array entries = entriesOf(live);
    const json::Array oldEntries = entries;
    const FieldSet before = takeOwn(entries, writer);

    Value object = live.isNull() ? intent : merged(live, intent, schema);
    const FieldSet changed = live.isNull() ? FieldSet(json::Object {})
                                           : changedFields(ownable(live), ownable(object), schema);
    std::vector<Conflict> conflicts;
    FieldSet others = json::Object {};
    for (Value& entry : entries) {
        const FieldSet taken = common(entry["fieldsV1"], changed);
        for (const std::string& path : pathsOf(taken)) {
            conflicts.push_back({ describe(entry), path });
        }
        if (writer.force) {
            entry.member("fieldsV1") = without(entry["fieldsV1"], taken);
        }
        others = united(others, entry["fieldsV1"]);
    }
    if (!conflicts.empty() && !writer.force) {
        return conflictFailure(conflicts);
    }
    object = withoutFields(std::move(object), without(without(before, wanted), others), schema);
    // The same again is no change: the entry keeps its time, and the object its version.
    const auto old = std::ranges::find_if(
        oldEntries, [&](const Value& entry) { return isOf(entry, writer, "Apply"); });
    const bool same = old != oldEntries.end() && isEmpty(changed) && (*old)["fieldsV1"] == wanted
        && ownable(object) == ownable(live);
    entries.push_back(same ? *old : entryOf(kind, writer, "Apply", wanted));
    setEntries(object, same ? oldEntries : entries);
    return object;
}

} // namespace isthmus::sim

// SPDX-License-Identifier: GPL-3.0-or-later
// The objects of one cluster in memory, with enough of an API server's manners for steps: apply
// merges, takes away what its manager no longer wants and notes who owns what, create never
// overwrites, a moved object refuses, a delete looks at the uid.
#pragma once

#include "core/base/result.h"
#include "core/json/patch.h"
#include "core/kube/diff.h"
#include "core/kube/write.h"
#include "tests/support/fake_fields.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace isthmus::test {

class FakeObjects
{
public:
    std::map<kube::ObjectKey, json::Value> objects = {};
    std::map<kube::ObjectKey, Error> refusals = {}; ///< of writes to that object, dry or not
    std::map<std::string, Error> unreadable = {}; ///< by kind, of every read
    std::vector<kube::Write> writes = {}; ///< without dry runs
    /// What the cluster's controllers make of an object that is written, before anybody reads it.
    std::function<void(json::Value&)> controllers = {};

    /// Stores an object as if somebody had made it.
    void put(json::Value object, const std::string& manager = "kubectl")
    {
        const kube::ObjectKey key = kube::keyOf(object);
        json::Value& metadata = object.member("metadata");
        if (kube::uid(object).empty()) {
            metadata.member("uid") = "uid-" + std::to_string(++m_lastUid);
        }
        metadata.member("resourceVersion") = std::to_string(++m_lastVersion);
        if (!metadata.contains("managedFields")) {
            metadata.member("managedFields") = json::Array { entryOf(object, manager) };
        }
        objects[key] = std::move(object);
    }

    /// The first of that kind and name in any namespace; null where there is none.
    [[nodiscard]] const json::Value& at(const std::string& kind, const std::string& name) const
    {
        static const json::Value none;
        for (const auto& [key, object] : objects) {
            if (key.kind == kind && key.name == name) {
                return object;
            }
        }
        return none;
    }

    /// "apply Secret istio-system/cacerts\n" per write.
    [[nodiscard]] std::string written() const
    {
        std::string out;
        for (const kube::Write& write : writes) {
            out += std::string(kube::name(write.verb)) + " " + text(write.key) + "\n";
        }
        return out;
    }

    [[nodiscard]] Result<json::Value> get(const kube::ObjectKey& key) const
    {
        if (const auto error = unreadable.find(key.kind); error != unreadable.end()) {
            return error->second;
        }
        const auto found = objects.find(key);
        return found != objects.end() ? Result<json::Value>(found->second)
                                      : Error { ErrorCode::NotFound, msg("kube.not-found") };
    }

    Result<json::Value> send(const kube::Write& write)
    {
        if (!write.dryRun) {
            writes.push_back(write);
        }
        if (const auto refusal = refusals.find(write.key); refusal != refusals.end()) {
            return refusal->second;
        }
        const auto found = objects.find(write.key);
        const json::Value live = found != objects.end() ? found->second : json::Value();
        Result<json::Value> next = changed(write, live);
        if (next && write.verb == kube::Verb::Apply) {
            own(*next, write.body);
        }
        if (!next || write.dryRun) {
            return next;
        }
        if (write.verb == kube::Verb::Delete) {
            objects.erase(write.key);
        } else {
            if (controllers) {
                controllers(*next);
            }
            put(std::move(*next), "isthmus");
            return objects.at(write.key);
        }
        return json::Value();
    }

private:
    [[nodiscard]] static Result<json::Value> changed(const kube::Write& write,
                                                     const json::Value& live)
    {
        switch (write.verb) {
        case kube::Verb::Create:
            return live.isNull() ? Result<json::Value>(write.body)
                                 : Error { ErrorCode::AlreadyExists, msg("kube.already-exists") };
        case kube::Verb::Delete:
            if (live.isNull()) {
                return Error { ErrorCode::NotFound, msg("kube.not-found") };
            }
            return !write.body.contains("uid") || write.body["uid"].string() == kube::uid(live)
                ? Result<json::Value>(json::Value())
                : Error { ErrorCode::Conflict, msg("kube.changed-meanwhile") };
        case kube::Verb::JsonPatch:
            return json::patched(live, write.body);
        case kube::Verb::Apply:
            break;
        }
        const std::string& version = kube::resourceVersion(write.body);
        if (!version.empty() && version != kube::resourceVersion(live)) {
            return Error { ErrorCode::Conflict, msg("kube.changed-meanwhile") };
        }
        if (live.isNull()) {
            return write.body;
        }
        json::Value left = live;
        dropFields(left, kube::extractOwned(live, "isthmus"), write.body);
        return kube::merged(left, write.body);
    }

    int m_lastUid = 0;
    int m_lastVersion = 0;
};

} // namespace isthmus::test

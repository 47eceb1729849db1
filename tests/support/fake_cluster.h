// SPDX-License-Identifier: GPL-3.0-or-later
// One cluster as a map in memory. Nothing happens by itself but what `events` says. Its calls may
// come from several threads; its members are for before and after.
#pragma once

#include "core/plan/ports.h"
#include "tests/support/fake_objects.h"

#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace isthmus::test {

class FakeCluster final : public plan::ClusterPort, public FakeObjects
{
public:
    std::map<std::string, std::string> paths = {}; ///< what raw() finds
    std::deque<std::function<void()>> events = {}; ///< one before each further look of a wait
    std::function<void()> onList = {}; ///< after each list
    /// Before a write is sent: an error is what the sender sees. `arrives` says whether the server
    /// got it all the same.
    std::function<std::optional<Error>(const kube::Write&, bool& arrives)> onSend = {};
    std::function<void()> onMoment = [] { }; ///< before and after everything that could be seen
    Result<ClusterUid> identity = ClusterUid("uid");
    std::vector<std::string> learned = {}; ///< names of CRDs
    std::vector<Milliseconds> deadlines = {}; ///< that waits were given

    Result<ClusterUid> uid(std::stop_token /*stop*/) override { return identity; }

    void learnCrds(std::span<const json::Value> crds) override
    {
        for (const json::Value& crd : crds) {
            learned.push_back(kube::keyOf(crd).name);
        }
    }

    std::vector<Result<json::Value>> getAll(std::span<const kube::ObjectKey> keys,
                                            std::stop_token /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        onMoment();
        std::vector<Result<json::Value>> out;
        for (const kube::ObjectKey& key : keys) {
            out.push_back(get(key));
        }
        return out;
    }

    Result<std::vector<json::Value>> list(const std::string& apiVersion,
                                          const std::string& kind,
                                          const std::string& ns,
                                          const std::string& labelSelector,
                                          std::stop_token /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto error = unreadable.find(kind); error != unreadable.end()) {
            return error->second;
        }
        const std::size_t equals = labelSelector.find('=');
        std::vector<json::Value> out;
        for (const auto& [key, object] : objects) {
            const bool selected = labelSelector.empty()
                || kube::label(object, labelSelector.substr(0, equals))
                    == labelSelector.substr(equals + 1);
            if (key.apiVersion == apiVersion && key.kind == kind && selected
                && (ns.empty() || key.ns == ns)) {
                out.push_back(object);
            }
        }
        if (onList) {
            onList();
        }
        return out;
    }

    std::vector<Result<json::Value>>
    writeAll(std::span<const kube::Write> all,
             const std::function<void(std::size_t, const Result<json::Value>&)>& onDone,
             std::stop_token /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        std::vector<Result<json::Value>> out;
        for (const kube::Write& write : all) {
            onMoment();
            out.push_back(sendOrFail(write));
            onMoment();
            if (onDone) {
                onDone(out.size() - 1, out.back());
            }
            onMoment();
        }
        return out;
    }

    Result<json::Value> waitFor(const kube::ObjectKey& key,
                                const std::function<bool(const json::Value&)>& done,
                                Milliseconds deadline,
                                std::stop_token /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        deadlines.push_back(deadline);
        for (;;) {
            const Result<json::Value> now = get(key);
            if (!now && now.error().code != ErrorCode::NotFound) {
                return now;
            }
            json::Value object = now ? *now : json::Value();
            if (done(object)) {
                return object;
            }
            if (events.empty()) {
                return Error { ErrorCode::Timeout, msg("plan.stopped") };
            }
            const std::function<void()> next = std::move(events.front());
            events.pop_front();
            next();
        }
    }

    Result<std::string> raw(const std::string& path, std::stop_token /*stop*/) override
    {
        const auto found = paths.find(path);
        return found != paths.end() ? Result<std::string>(found->second)
                                    : Error { ErrorCode::NotFound, msg("kube.not-found") };
    }

private:
    Result<json::Value> sendOrFail(const kube::Write& write)
    {
        bool arrives = false;
        std::optional<Error> error =
            onSend && !write.dryRun ? onSend(write, arrives) : std::nullopt;
        if (!error) {
            return send(write);
        }
        if (arrives) {
            [[maybe_unused]] const Result<json::Value> unheard = send(write);
        }
        return *error;
    }

    std::recursive_mutex m_mutex; // what is called from inside may look, too
};

} // namespace isthmus::test

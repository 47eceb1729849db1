// SPDX-License-Identifier: GPL-3.0-or-later
// One simulated cluster without the network: its objects and the rules by which an API server and
// its controllers change them. Writes as a registry makes them: identity, versions, managed fields,
// conflicts, finalizers. Not synchronised: Cluster locks.
#pragma once

#include "core/base/clock.h"
#include "core/sim/failure.h"
#include "core/sim/kind.h"
#include "core/sim/model_types.h"
#include "core/sim/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::sim {

class Model
{
public:
    struct Options
    {
        const Clock& clock; ///< outlives the model
        std::string name = "sim";
        std::uint64_t seed = 1; ///< uids, tokens, names
        std::string caPem = {}; ///< for kube-root-ca.crt and token Secrets
        std::size_t logLimit = 20'000;
    };

    explicit Model(Options options);
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    [[nodiscard]] const KindTable& kinds() const { return m_kinds; }

    [[nodiscard]] const Store& store() const { return m_store; }

    [[nodiscard]] Store& store() { return m_store; }

    [[nodiscard]] const Options& options() const { return m_options; }

    [[nodiscard]] ObjectPtr
    get(const Kind& kind, const std::string& ns, const std::string& name) const;
    /// The objects of a kind by its plural name: for controllers.
    [[nodiscard]] std::vector<ObjectPtr>
    list(const char* group, const char* plural, const std::string& ns = {}) const;

    [[nodiscard]] Outcome<json::Value> create(const Kind& kind,
                                              const std::string& ns,
                                              json::Value object,
                                              const WriteOptions& options);
    /// Replaces; `object` holds the whole new object, its resourceVersion is a lock where it is
    /// set.
    [[nodiscard]] Outcome<json::Value> update(const Kind& kind,
                                              const std::string& ns,
                                              const std::string& name,
                                              json::Value object,
                                              const WriteOptions& options);
    /// Server-side apply; `created` says whether the object is new.
    [[nodiscard]] Outcome<json::Value> apply(const Kind& kind,
                                             const std::string& ns,
                                             const std::string& name,
                                             const json::Value& intent,
                                             const WriteOptions& options,
                                             bool& created);
    /// The last state of the object; it is still there where finalizers hold it.
    [[nodiscard]] Outcome<json::Value> remove(const Kind& kind,
                                              const std::string& ns,
                                              const std::string& name,
                                              const DeleteOptions& options);

    /// What controllers use: the function edits a copy, whose status is written, too. No object: no
    /// effect. Errors cannot happen to a controller here; a refused write is dropped.
    void
    edit(const Place& place, const char* manager, const std::function<void(json::Value&)>& change);
    /// Creates what is not there yet, as a controller.
    void
    ensure(const char* apiVersion, const char* kind, const std::string& ns, json::Value object);
    void removeAt(const Place& place);

    void addReactor(Reactor reactor) { m_reactors.push_back(std::move(reactor)); }

    void addAdmission(Admission admission) { m_admissions.push_back(std::move(admission)); }

    void addProxyTarget(ProxyTarget target) { m_proxyTargets.push_back(std::move(target)); }

    /// GET through pods/proxy; nothing where nobody listens there.
    [[nodiscard]] std::optional<ProxyAnswer>
    proxied(const std::string& ns, const std::string& name, const std::string& path) const;

    /// Lets the controllers react until nothing changes any more.
    void settle();

    [[nodiscard]] std::string newUid();
    /// Letters and digits as generated names have them.
    [[nodiscard]] std::string suffix(std::size_t count);
    /// RFC 3339, whole seconds.
    [[nodiscard]] std::string now() const;

    [[nodiscard]] std::uint32_t random() { return static_cast<std::uint32_t>(m_random()); }

    /// A bearer token of the service account, which must exist by then; it dies with the account.
    [[nodiscard]] std::string
    mintToken(const std::string& ns, const std::string& account, const std::string& uid);
    /// Who shows it; nothing for an unknown token or a deleted account.
    [[nodiscard]] std::optional<Identity> identityOf(std::string_view token) const;

private:
    struct Account
    {
        std::string ns;
        std::string name;
        std::string uid;
    };

    [[nodiscard]] std::optional<Failure>
    checkNew(const Kind& kind, const std::string& ns, const json::Value& object) const;
    [[nodiscard]] std::optional<Failure>
    admit(const Kind& kind, const json::Value& before, json::Value& object);
    [[nodiscard]] Outcome<json::Value> store(const Kind& kind,
                                             const ObjectPtr& before,
                                             json::Value object,
                                             const WriteOptions& options);

    /// Takes the owner out of its dependents, so that they live on.
    void disown(const std::string& uid);

    Options m_options;
    KindTable m_kinds;
    Store m_store;
    std::mt19937_64 m_random;
    std::map<std::string, Account, std::less<>> m_tokens;
    std::vector<Reactor> m_reactors;
    std::vector<Admission> m_admissions;
    std::vector<ProxyTarget> m_proxyTargets;
    std::int64_t m_settled = 0;
};

/// Where the object lives.
[[nodiscard]] Place placeOf(const Kind& kind, std::string ns, std::string name);

} // namespace isthmus::sim

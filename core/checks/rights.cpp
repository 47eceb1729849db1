// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/rights.h"

#include "core/base/strings.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr std::string_view istioSystem = "istio-system";
/// Server-side apply is a patch, which is a create, too, where nothing is there yet; undo deletes,
/// and every wait watches.
constexpr std::array<std::string_view, 6> verbs { "get",    "list",  "watch",
                                                  "create", "patch", "delete" };
constexpr std::size_t mostNamed = 12;

struct Kind
{
    std::string_view group;
    std::string_view resource;
};

constexpr std::array<Kind, 6> clusterKinds { {
    { "", "namespaces" },
    { "rbac.authorization.k8s.io", "clusterroles" },
    { "rbac.authorization.k8s.io", "clusterrolebindings" },
    { "apiextensions.k8s.io", "customresourcedefinitions" },
    { "admissionregistration.k8s.io", "mutatingwebhookconfigurations" },
    { "admissionregistration.k8s.io", "validatingwebhookconfigurations" },
} };

/// What the charts base, istiod and gateway hold, and what we put beside them.
constexpr std::array<Kind, 10> installedKinds { {
    { "", "configmaps" },
    { "", "secrets" },
    { "", "serviceaccounts" },
    { "", "services" },
    { "apps", "deployments" },
    { "autoscaling", "horizontalpodautoscalers" },
    { "discovery.k8s.io", "endpointslices" },
    { "policy", "poddisruptionbudgets" },
    { "rbac.authorization.k8s.io", "roles" },
    { "rbac.authorization.k8s.io", "rolebindings" },
} };

constexpr std::array<Kind, 4> meshKinds { {
    { "networking.istio.io", "destinationrules" },
    { "networking.istio.io", "gateways" },
    { "networking.istio.io", "virtualservices" },
    { "security.istio.io", "peerauthentications" },
} };

constexpr std::array<Kind, 3> workloadKinds { {
    { "", "configmaps" },
    { "", "services" },
    { "apps", "deployments" },
} };

constexpr std::array<Kind, 2> routeKinds { {
    { "networking.istio.io", "destinationrules" },
    { "networking.istio.io", "virtualservices" },
} };

/// Lists over all namespaces, for checks and ownership.
constexpr std::array<Kind, 4> listedKinds { {
    { "", "configmaps" },
    { "", "nodes" },
    { "", "pods" },
    { "", "services" },
} };

constexpr std::array<Kind, 3> listedMeshKinds { {
    { "networking.istio.io", "destinationrules" },
    { "networking.istio.io", "gateways" },
    { "networking.istio.io", "virtualservices" },
} };

class Rights
{
public:
    template<std::size_t N>
    void everyVerb(const std::array<Kind, N>& kinds, std::string_view ns)
    {
        for (const Kind& kind : kinds) {
            for (const std::string_view verb : verbs) {
                one(verb, kind, ns);
            }
        }
    }

    template<std::size_t N>
    void list(const std::array<Kind, N>& kinds)
    {
        for (const Kind& kind : kinds) {
            one("list", kind, {});
        }
    }

    void
    one(std::string_view verb, Kind kind, std::string_view ns, std::string_view subresource = {})
    {
        m_all.push_back({ .verb = std::string(verb),
                          .group = std::string(kind.group),
                          .resource = std::string(kind.resource),
                          .ns = std::string(ns),
                          .subresource = std::string(subresource) });
    }

    [[nodiscard]] std::vector<kube::AccessReview> take() && { return std::move(m_all); }

private:
    std::vector<kube::AccessReview> m_all;
};

/// Verbs of one resource together: "create, patch secrets in istio-system".
std::string listed(const std::vector<const kube::AccessReview*>& missing)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> byResource;
    for (const kube::AccessReview* right : missing) {
        kube::AccessReview bare = *right;
        bare.verb.clear();
        const std::string resource(trimmed(text(bare)));
        const auto found = std::ranges::find(
            byResource, resource, &std::pair<std::string, std::vector<std::string>>::first);
        if (found != byResource.end()) {
            found->second.push_back(right->verb);
        } else {
            byResource.push_back({ resource, { right->verb } });
        }
    }
    std::vector<std::string> lines;
    for (const auto& [resource, missingVerbs] : byResource) {
        if (lines.size() == mostNamed) {
            lines.push_back(std::to_string(byResource.size() - mostNamed) + " more resources");
            break;
        }
        lines.push_back(join(missingVerbs, ", ") + " " + resource);
    }
    return join(lines, "; ");
}

} // namespace

std::vector<kube::AccessReview> requiredRights(mesh::Role role,
                                               const std::vector<std::string>& namespaces)
{
    const bool primary = role == mesh::Role::Primary;
    Rights rights;
    rights.everyVerb(clusterKinds, {});
    rights.everyVerb(installedKinds, istioSystem);
    rights.one("create", { "", "serviceaccounts" }, istioSystem, "token");
    rights.one("get", { "", "pods" }, istioSystem, "proxy");
    rights.one("create", { "", "pods" }, istioSystem, "portforward");
    rights.list(listedKinds);
    if (primary) {
        // A remote's istiod reads the primary's configuration alone, so nobody writes it there.
        rights.everyVerb(meshKinds, istioSystem);
        rights.list(listedMeshKinds);
    }
    for (const std::string& ns : namespaces) {
        if (ns == istioSystem) {
            continue;
        }
        rights.everyVerb(workloadKinds, ns);
        if (primary) {
            rights.everyVerb(routeKinds, ns);
        }
    }
    return std::move(rights).take();
}

std::string text(const kube::AccessReview& right)
{
    return right.verb + " " + right.resource
        + (right.subresource.empty() ? "" : "/" + right.subresource)
        + (right.group.empty() ? "" : "." + right.group)
        + (right.ns.empty() ? "" : " in " + right.ns);
}

CheckItem checkRights(const RightsFacts& facts)
{
    std::vector<const kube::AccessReview*> missing;
    for (std::size_t i = 0; i < facts.asked.size(); ++i) {
        if (i >= facts.allowed.size() || !facts.allowed[i]) {
            missing.push_back(&facts.asked[i]);
        }
    }
    const std::string total = std::to_string(facts.asked.size());
    CheckItem item { .id = "P2", .from = facts.cluster, .outcome = Outcome::Pass };
    if (missing.empty()) {
        item.evidence = msg("checks.rights-all", { { "total", total } });
        return item;
    }
    item.outcome = Outcome::Fail;
    item.evidence = msg("checks.rights-some",
                        { { "missing", std::to_string(missing.size()) }, { "total", total } });
    item.cause = msg("checks.rights-missing", { { "rights", listed(missing) } });
    item.remedy = msg("checks.rights-missing.do");
    return item;
}

} // namespace isthmus::checks

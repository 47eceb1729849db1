// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/init_file.h"

#include "core/base/strings.h"
#include "core/yaml/document.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

/// As a scalar inside {…}, where more characters mean something than in block style.
std::string scalar(const std::string& text)
{
    const bool special = text.find_first_of(",[]{}:#&*!|>'\"%@`") != std::string::npos;
    return special ? json::write(json::Value(text))
                   : std::string(trimmed(yaml::write(json::Value(text))));
}

std::string head(const InitChoices& choices)
{
    return "# One Istio mesh over several Kubernetes clusters.\n"
           "#   isthmusctl check   looks whether the clusters are fit for it\n"
           "#   isthmusctl plan    shows what would be done, and writes nothing\n"
           "#   isthmusctl apply   does it, after a question; it can be undone\n"
           "# Paths are relative to this file. All fields: isthmusctl schema\n"
           "apiVersion: isthmus/v1\n"
           "kind: Mesh\n"
           "metadata: {name: "
        + scalar(choices.mesh)
        + "} # the meshID; cannot change after install\n"
          "spec:\n";
}

std::string istio(const InitChoices& choices)
{
    std::string out = "  istio:\n"
                      "    # The version to install. Left out: the one that the charts have.\n";
    out += choices.version.empty() ? "    # version: 1.31.0\n"
                                   : "    version: " + scalar(choices.version) + "\n";
    out += "    topology: primary-remote # the first cluster's control plane serves all\n"
           "    # Istio's charts, out of an unpacked release. Instead of a directory also\n"
           "    # {archive: istio-1.31.0.tar.gz} or {repository: URL}.\n";
    out += choices.charts.empty() ? "    # charts: {directory: istio-1.31.0/manifests/charts}\n"
                                  : "    charts: {directory: " + scalar(choices.charts) + "}\n";
    return out;
}

std::string trust(const InitChoices& choices)
{
    const std::string security =
        "  security: {mtls: strict} # or permissive, while not every pod has a sidecar\n";
    if (choices.existingRoot) {
        return security
            + "  # The primary has a root certificate; it is kept.\n  trust: {root: existing}\n";
    }
    return security
        + "  # The mesh gets a root certificate of its own. discard: its key is thrown away once "
          "it has\n"
          "  # signed the mesh's authority. A file name instead keeps it there, sealed with a "
          "passphrase:\n"
          "  # trust: {root: generate, rootKey: root-key.sealed}\n"
          "  trust: {root: generate, rootKey: discard}\n";
}

std::string clusters(const InitChoices& choices)
{
    std::string out =
        "  # name is Istio's name of the cluster and cannot change after install; context is the\n"
        "  # kubeconfig's. Clusters whose pods do not reach each other have different networks.\n"
        "  clusters:\n";
    for (const InitCluster& cluster : choices.clusters) {
        out += cluster.found.empty() ? "" : "    # found: " + cluster.found + "\n";
        out += "    - {name: " + scalar(cluster.name) + ", context: " + scalar(cluster.context)
            + ", role: " + (cluster.primary ? "primary" : "remote")
            + ", network: " + scalar(cluster.network) + "}\n";
    }
    return out;
}

/// 100 divided evenly, what is left over goes to the first.
std::string evenWeights(const std::vector<InitCluster>& clusters)
{
    const std::size_t count = std::max<std::size_t>(clusters.size(), 1);
    std::string out;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        const std::size_t weight = 100 / count + (i == 0 ? 100 % count : 0);
        out += (i == 0 ? "" : ", ") + scalar(clusters[i].name) + ": " + std::to_string(weight);
    }
    return out;
}

std::string names(const std::vector<InitCluster>& clusters)
{
    std::string out;
    for (const InitCluster& cluster : clusters) {
        out += (out.empty() ? "" : ", ") + scalar(cluster.name);
    }
    return out;
}

std::string shop(const InitChoices& choices)
{
    const std::string domain = choices.domain.empty() ? "apps.example.com" : choices.domain;
    const std::string primary =
        choices.clusters.empty() ? "" : scalar(choices.clusters.front().name);
    return "  # The way in from outside: a certificate and a gateway for every host below the "
           "domain.\n"
           "  ingress:\n"
           "    cluster: "
        + primary + "\n    domain: " + scalar(domain)
        + "\n"
          "    certificate: {generate: self-signed} # or files: {cert: FILE, key: FILE}, or "
          "secret: NAME\n"
          "    httpsRedirect: true\n"
          "  # A shop to try it with: its front end on every cluster, the rest on the primary.\n"
          "  demo:\n"
          "    namespace: hipster-store\n"
          "    placement: {frontend: ["
        + names(choices.clusters) + "], others: [" + primary
        + "]}\n"
          "    load: true # 20 requests a second\n"
          "  # Whose traffic is split between the clusters; the weights sum to 100.\n"
          "  routes:\n"
          "    - name: frontend\n"
          "      namespace: hipster-store\n"
          "      hosts: ["
        + scalar("hipster-store." + domain)
        + "]\n"
          "      service: frontend\n"
          "      port: 80\n"
          "      gateways: [ingress, mesh] # mesh: callers inside follow the split, too\n"
          "      weights: {"
        + evenWeights(choices.clusters) + "}\n";
}

std::string inComments(const std::string& text)
{
    std::string out =
        "  # ---- A shop, ready to use: take away the \"# \" in front of these lines. ----\n";
    for (const std::string& line : split(trimmed(text), '\n')) {
        const bool isFirst = !line.starts_with("  ");
        out += "  # " + (isFirst ? line : line.substr(2)) + "\n";
    }
    return out;
}

} // namespace

std::string clusterNameFrom(const std::string& context, const std::vector<std::string>& taken)
{
    constexpr std::size_t longest = 63;
    std::string name;
    for (const char c : context) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const char next = upper ? static_cast<char>(c - 'A' + 'a') : plain ? c : '-';
        if (next != '-' || (!name.empty() && name.back() != '-')) {
            name += next;
        }
    }
    // The end of a cloud's context name tells clusters apart: gke_project_zone_NAME.
    if (name.size() > longest) {
        name.erase(0, name.size() - longest);
    }
    name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
    name.erase(name.find_last_not_of('-') + 1);
    if (name.empty()) {
        name = "cluster";
    }
    std::string unique = name;
    for (int n = 2; std::ranges::find(taken, unique) != taken.end(); ++n) {
        const std::string suffix = "-" + std::to_string(n);
        unique = name.substr(0, longest - suffix.size()) + suffix;
    }
    return unique;
}

std::vector<InitCluster> clustersFrom(const std::vector<std::string>& contexts)
{
    std::vector<InitCluster> out;
    std::vector<std::string> taken;
    for (const std::string& context : contexts) {
        taken.push_back(clusterNameFrom(context, taken));
        out.push_back({ .name = taken.back(),
                        .context = context,
                        .primary = out.empty(),
                        .network = "network" + std::to_string(taken.size()) });
    }
    return out;
}

std::string meshFileText(const InitChoices& choices)
{
    const std::string last = shop(choices);
    return head(choices) + istio(choices) + trust(choices) + clusters(choices)
        + (choices.domain.empty() ? inComments(last) : last);
}

} // namespace isthmus::cli

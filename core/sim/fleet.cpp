// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/fleet.h"

#include "core/base/strings.h"
#include "core/yaml/document.h"

#include <utility>

namespace isthmus::sim {

namespace {

using json::Value;

Value kubeconfigOf(const std::vector<Fleet::Member>& members,
                   const std::string& caPem,
                   const crypto::KeyPair& admin)
{
    Value out = json::Object { { "apiVersion", "v1" },
                               { "kind", "Config" },
                               { "preferences", json::Object {} } };
    for (const Fleet::Member& each : members) {
        out.member("clusters")
            .push(json::Object {
                { "name", each.name },
                { "cluster",
                  json::Object { { "server", each.server },
                                 { "certificate-authority-data", base64Encode(caPem) } } } });
        out.member("contexts")
            .push(json::Object {
                { "name", each.name },
                { "context",
                  json::Object { { "cluster", each.name }, { "user", "isthmus-sim-admin" } } } });
    }
    out.member("users").push(json::Object {
        { "name", "isthmus-sim-admin" },
        { "user",
          json::Object {
              { "client-certificate-data", base64Encode(admin.certificatePem) },
              { "client-key-data", base64Encode(std::string(admin.keyPem.reveal())) } } } });
    if (!members.empty()) {
        out.member("current-context") = members.front().name;
    }
    return out;
}

} // namespace

Result<Fleet> Fleet::start(const Clock& clock, FleetOptions options)
{
    const UtcTime now = clock.now();
    const auto root =
        crypto::makeRoot({ .organization = "Isthmus simulator", .days = 30, .now = now });
    if (!root) {
        return Error(root.error());
    }
    const auto admin = crypto::makeLeaf(*root,
                                        { .organization = "system:masters",
                                          .commonName = "isthmus-sim-admin",
                                          .client = true,
                                          .days = 30,
                                          .now = now });
    if (!admin) {
        return Error(admin.error());
    }
    Fleet fleet;
    for (std::size_t i = 0; i < options.names.size(); ++i) {
        auto identity =
            crypto::makeLeaf(*root,
                             { .commonName = "kube-apiserver",
                               .dnsNames = { "localhost", "kubernetes", "kubernetes.default.svc" },
                               .ipAddresses = { "127.0.0.1" },
                               .days = 30,
                               .now = now });
        if (!identity) {
            return Error(identity.error());
        }
        auto cluster = std::make_shared<Cluster>(Model::Options { .clock = clock,
                                                                  .name = options.names[i],
                                                                  .seed = options.seed * 1'000 + i,
                                                                  .caPem = root->certificatePem });
        auto server = HttpsServer::start(cluster,
                                         clock,
                                         { .identity = std::move(*identity),
                                           .clientCaPem = root->certificatePem,
                                           .bookmarkEvery = options.bookmarkEvery,
                                           .onReceived = options.onReceived });
        if (!server) {
            return std::move(server).error();
        }
        fleet.m_members.push_back(
            { .name = options.names[i],
              .server = "https://127.0.0.1:" + std::to_string((*server)->port()),
              .cluster = std::move(cluster) });
        fleet.m_servers.push_back(std::move(*server));
    }
    Value config = kubeconfigOf(fleet.m_members, root->certificatePem, *admin);
    std::string text = yaml::write(config);
    fleet.m_kubeconfig = Secret(text);
    wipe(text);
    json::wipe(config);
    return fleet;
}

} // namespace isthmus::sim

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/entrance.h"

#include "core/base/environment.h"
#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/operations/names.h"
#include "core/operations/steps/address_step.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

std::string publicHost(const mesh::MeshSpec& spec)
{
    const auto route = std::ranges::find_if(spec.routes, [](const mesh::RouteSpec& one) {
        return one.viaIngress && !one.hosts.empty();
    });
    return route != spec.routes.end() ? route->hosts.front() : std::string();
}

/// The certificate alone; the key that lies beside it is wiped at once.
std::string
certificateOf(api::Client& client, const std::string& secret, const std::stop_token& stop)
{
    Result<json::Value> object =
        client.get({ "v1", "Secret", std::string(operations::istioNamespace), secret }, stop);
    if (!object) {
        return {};
    }
    const std::string pem =
        base64Decode((*object)["data"]["tls.crt"].string()).value_or(std::string());
    json::wipe(*object);
    return pem;
}

} // namespace

std::optional<Entrance>
findEntrance(const fleet::Engine& engine, const std::string& operation, const std::stop_token& stop)
{
    const mesh::MeshSpec& spec = engine.spec();
    const bool leadsThere = operation == "apply" || operation == "ingress" || operation == "route"
        || operation == "status";
    const std::string host = publicHost(spec);
    if (!leadsThere || !spec.ingress || host.empty()) {
        return std::nullopt;
    }
    api::Client* client = engine.connections().find(spec.ingress->cluster);
    if (client == nullptr) {
        return std::nullopt;
    }
    const Result<json::Value> service = client->get({ "v1",
                                                      "Service",
                                                      std::string(operations::istioNamespace),
                                                      std::string(operations::ingressGateway) },
                                                    stop);
    const std::string& given = spec.ingress->certificateSecret;
    const std::string pem = certificateOf(
        *client, given.empty() ? std::string(operations::ingressCertificate) : given, stop);
    const std::string address = service ? operations::addressOf(*service) : std::string();
    if (address.empty() || pem.empty()) {
        return std::nullopt;
    }
    const std::filesystem::path folder = stateFolder() / "mesh" / spec.name;
    const std::filesystem::path file = folder / "ingress-ca.pem";
    if (!makePrivateFolder(folder) || !writeFile(file, pem)) {
        return std::nullopt; // a hint that cannot be given is no failure of the operation
    }
    return Entrance { host, address, file.string() };
}

} // namespace isthmus::cli

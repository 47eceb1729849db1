// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet/probe_port.h"

#include "core/api/client.h"

#include <array>
#include <chrono>

namespace isthmus::fleet {

namespace {

constexpr http::Deadlines visitDeadlines {
    .connect = Milliseconds { 3'000 },
    .firstByte = Milliseconds { 5'000 },
    .total = Milliseconds { 10'000 },
};

/// What istiod does with a remote's token (reference: istio-multicluster §4, J10).
const std::array<kube::AccessReview, 8> neededRights {
    kube::AccessReview { .verb = "list", .resource = "pods" },
    kube::AccessReview { .verb = "list", .resource = "services" },
    kube::AccessReview { .verb = "list", .resource = "nodes" },
    kube::AccessReview { .verb = "list", .resource = "namespaces" },
    kube::AccessReview {
        .verb = "list", .group = "discovery.k8s.io", .resource = "endpointslices" },
    kube::AccessReview {
        .verb = "create", .group = "authentication.k8s.io", .resource = "tokenreviews" },
    kube::AccessReview { .verb = "create", .resource = "configmaps" },
    kube::AccessReview { .verb = "update",
                         .group = "admissionregistration.k8s.io",
                         .resource = "mutatingwebhookconfigurations" },
};

} // namespace

Result<void> HttpProbePort::tryToken(const operations::TokenTrial& trial, std::stop_token stop)
{
    kubeconfig::Connection connection;
    connection.server = trial.server;
    connection.caPem = trial.caPem;
    connection.tlsServerName = trial.tlsServerName;
    connection.token = trial.token;
    const SystemClock clock;
    api::Client client(
        m_transport, std::move(connection), { .cluster = ClusterId(), .clock = clock });
    const Result<std::vector<bool>> allowed = client.allowed(neededRights, stop);
    if (!allowed) {
        return Error(allowed.error());
    }
    std::string missing;
    for (std::size_t i = 0; i < neededRights.size(); ++i) {
        if (!allowed->at(i)) {
            missing += (missing.empty() ? "" : ", ") + neededRights.at(i).verb + " "
                + neededRights.at(i).resource;
        }
    }
    if (!missing.empty()) {
        return Error { ErrorCode::Forbidden,
                       msg("fleet.reader-lacks-rights"),
                       "it may not " + missing,
                       {},
                       msg("fleet.check-reader-role") };
    }
    return {};
}

Result<operations::VisitAnswer> HttpProbePort::visit(const operations::Visit& visit,
                                                     std::stop_token stop)
{
    auto endpoint = std::make_shared<http::Endpoint>();
    endpoint->url = "https://" + visit.host + ":" + std::to_string(visit.port);
    endpoint->dialAddress = visit.address;
    endpoint->caPem = visit.caPem;
    http::Request request;
    request.target = visit.path;
    request.deadlines = visitDeadlines;
    const auto began = std::chrono::steady_clock::now();
    Result<http::Response> response =
        http::exchange(m_transport, std::move(endpoint), std::move(request), std::move(stop));
    if (!response) {
        return std::move(response).error();
    }
    return operations::VisitAnswer { response->status,
                                     std::move(response->body),
                                     std::chrono::duration_cast<Milliseconds>(
                                         std::chrono::steady_clock::now() - began) };
}

} // namespace isthmus::fleet

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/kinds.h"

#include "core/api/answer.h"
#include "core/kube/requests.h"

namespace isthmus::api {

namespace {

/// A kind that was not there a moment ago is not looked for again at once.
constexpr std::chrono::seconds freshFor { 1 };
/// The order of the parameters is part of the protocol (reference kube-client §2.2).
constexpr const char* aggregatedTypes =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json";

Job discoveryJob(const char* path)
{
    http::Request request = kube::pathRequest(path);
    request.headers = { { "Accept", aggregatedTypes } };
    request.compressed = true;
    request.deadlines.total = Milliseconds { 32'000 };
    return { .request = std::move(request) };
}

/// The group versions that a legacy answer to /api or /apis names, in the server's order.
std::vector<std::string> groupVersionsIn(const json::Value& answer)
{
    std::vector<std::string> out;
    for (const json::Value& version : answer["versions"].array()) {
        out.push_back(version.string());
    }
    for (const json::Value& group : answer["groups"].array()) {
        for (const json::Value& version : group["versions"].array()) {
            out.push_back(version["groupVersion"].string());
        }
    }
    return out;
}

} // namespace

Kinds::Kinds(Sender& sender)
    : m_sender(sender)
{ }

Result<kube::ResourceMap> Kinds::discover(const std::stop_token& stop)
{
    std::vector<Job> jobs;
    jobs.push_back(discoveryJob("/api"));
    jobs.push_back(discoveryJob("/apis"));
    kube::ResourceMap map;
    std::vector<std::string> legacy;
    for (const auto& response : m_sender.run(std::move(jobs), {}, stop)) {
        const auto answer = decoded(response);
        if (!answer) {
            return answer.error();
        }
        if ((*answer)["kind"].string() == "APIGroupDiscoveryList") {
            map.addFromAggregated(*answer);
        } else {
            const std::vector<std::string> more = groupVersionsIn(*answer);
            legacy.insert(legacy.end(), more.begin(), more.end());
        }
    }
    readLegacy(std::move(legacy), map, stop);
    if (stop.stop_requested()) {
        return cancelled();
    }
    const std::lock_guard lock(m_mutex);
    m_discovered = map;
    m_discoveredAt = m_sender.clock().steady();
    return map;
}

void Kinds::readLegacy(std::vector<std::string> groupVersions,
                       kube::ResourceMap& into,
                       const std::stop_token& stop)
{
    std::vector<Job> jobs;
    for (const std::string& groupVersion : groupVersions) {
        // As proxied, for the 503 of an aggregated API without its server is not worth waiting for.
        jobs.push_back({ .request = kube::pathRequest(kube::groupPath(groupVersion)),
                         .kind = JobKind::Proxied });
    }
    const auto responses = m_sender.run(std::move(jobs), {}, stop);
    for (std::size_t i = 0; i < responses.size(); ++i) {
        if (const auto answer = decoded(responses[i])) {
            into.addFromDiscovery(*answer);
            continue;
        }
        const std::lock_guard lock(m_mutex);
        for (kube::Resource& resource : m_discovered.all()) {
            if (resource.apiVersion == groupVersions[i]) {
                into.add(std::move(resource));
            }
        }
    }
}

void Kinds::learn(const kube::ResourceMap& resources)
{
    const std::lock_guard lock(m_mutex);
    for (kube::Resource& resource : resources.all()) {
        m_learnt.add(std::move(resource));
    }
}

std::optional<Kinds::Found> Kinds::known(const std::string& apiVersion, const std::string& kind)
{
    const std::lock_guard lock(m_mutex);
    if (const kube::Resource* resource = m_discovered.find(apiVersion, kind)) {
        return Found { .resource = *resource };
    }
    if (const kube::Resource* resource = m_learnt.find(apiVersion, kind)) {
        return Found { .resource = *resource, .learnt = true };
    }
    return {};
}

Result<Kinds::Found>
Kinds::find(const std::string& apiVersion, const std::string& kind, const std::stop_token& stop)
{
    if (auto found = known(apiVersion, kind)) {
        return std::move(*found);
    }
    const std::lock_guard one(m_discovering);
    const auto isFresh = [this] {
        const std::lock_guard lock(m_mutex);
        return m_discoveredAt && m_sender.clock().steady() - *m_discoveredAt < freshFor;
    };
    if (!isFresh()) {
        if (auto map = discover(stop); !map) {
            return std::move(map).error();
        }
    }
    if (auto found = known(apiVersion, kind)) {
        return std::move(*found);
    }
    return Error { .code = ErrorCode::NotFound,
                   .message =
                       msg("api.kind-unknown", { { "kind", kind }, { "version", apiVersion } }),
                   .detail = "it is in none of the groups that the server's discovery lists",
                   .remedy = msg("kube.not-served.do") };
}

} // namespace isthmus::api

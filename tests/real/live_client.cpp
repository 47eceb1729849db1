// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/live_client.h"

#include "core/kube/event.h"
#include "core/kubeconfig/kubeconfig.h"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

namespace isthmus::test {

kubeconfig::Connection connectionOf(const std::string& kubeconfig, const std::string& context)
{
    auto config = kubeconfig::Kubeconfig::load(kubeconfig::searchPath(kubeconfig));
    auto connection =
        config ? config->resolve(context) : Result<kubeconfig::Connection>(config.error());
    if (!connection) {
        std::fprintf(stderr, "%s\n", describe(connection.error()).c_str());
        std::abort(); // the bed wrote it
    }
    return *std::move(connection);
}

kubeconfig::Connection connectionOf(const Bed& bed, const std::string& cluster)
{
    return connectionOf(bed.kubeconfig(), cluster);
}

kubeconfig::Connection withToken(const kubeconfig::Connection& connection, std::string_view token)
{
    return { .context = connection.context,
             .server = connection.server,
             .caPem = connection.caPem,
             .token = Secret(std::string(token)) };
}

LiveClient::LiveClient(kubeconfig::Connection connection)
    : m_client(m_transport,
               std::move(connection),
               { .cluster = ClusterId("onprem"),
                 .clock = m_clock,
                 .audit = [this](const api::AuditRecord& record) { note(record); } })
{ }

LiveClient::LiveClient(const Bed& bed, const std::string& cluster)
    : LiveClient(connectionOf(bed, cluster))
{ }

void LiveClient::note(const api::AuditRecord& record)
{
    const MutexLock lock(m_mutex);
    m_log += record.verb + " " + record.path + "\n";
}

std::string LiveClient::takeLog()
{
    const MutexLock lock(m_mutex);
    return std::exchange(m_log, {});
}

Stream watchToItsEnd(LiveClient& client,
                     const api::Collection& what,
                     const api::WatchOptions& options,
                     const std::function<void()>& onFirst)
{
    Stream stream;
    kube::LineSplitter splitter;
    std::promise<api::StreamEnd> ended;
    client->watch(what,
                  options,
                  { .onBytes =
                        [&](std::string_view bytes) {
                            return splitter.feed(bytes, [&](std::string_view line) {
                                stream.lines.emplace_back(line);
                                if (stream.lines.size() == 1 && onFirst) {
                                    onFirst();
                                }
                                return true;
                            });
                        },
                    .onEnd = [&](api::StreamEnd end) { ended.set_value(std::move(end)); } },
                  {});
    stream.end = ended.get_future().get();
    return stream;
}

kube::ObjectKey configMap(const std::string& name, const std::string& ns)
{
    return { .apiVersion = "v1", .kind = "ConfigMap", .ns = ns, .name = name };
}

json::Value configMapObject(const std::string& name, const std::string& colour)
{
    return json::Object { { "apiVersion", "v1" },
                          { "kind", "ConfigMap" },
                          { "metadata",
                            json::Object { { "name", name }, { "namespace", "default" } } },
                          { "data", json::Object { { "colour", colour } } } };
}

api::Write applying(const std::string& name, const std::string& colour)
{
    return { .key = configMap(name), .body = configMapObject(name, colour) };
}

std::string threeLines(const Error& error)
{
    return text(error.message) + "\n" + error.detail + "\n" + text(error.remedy) + "\n";
}

} // namespace isthmus::test

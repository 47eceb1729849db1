// SPDX-License-Identifier: GPL-3.0-or-later
// core/api on a real API server: a client made from a kubeconfig as the programs make it, with the
// network thread under it and what it sent kept.
#pragma once

#include "core/api/client.h"
#include "core/base/mutex.h"
#include "core/http/curl_transport.h"
#include "core/kubeconfig/connection.h"
#include "tests/real/bed.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::test {

/// What a kubeconfig's context comes to. Fails hard where it comes to nothing.
[[nodiscard]] kubeconfig::Connection connectionOf(const std::string& kubeconfig,
                                                  const std::string& context);
/// A context of a bed.
[[nodiscard]] kubeconfig::Connection connectionOf(const Bed& bed, const std::string& cluster);
/// The same server with a token and nothing else.
[[nodiscard]] kubeconfig::Connection withToken(const kubeconfig::Connection& connection,
                                               std::string_view token);

class LiveClient
{
public:
    explicit LiveClient(kubeconfig::Connection connection);
    LiveClient(const Bed& bed, const std::string& cluster);

    [[nodiscard]] api::Client* operator->() { return &m_client; }

    /// "GET /api", one per line, in the order in which the answers came; and forgets them.
    [[nodiscard]] std::string takeLog();

private:
    void note(const api::AuditRecord& record);

    SystemClock m_clock;
    http::CurlTransport m_transport;
    Mutex m_mutex;
    std::string m_log ISTHMUS_GUARDED_BY(m_mutex);
    api::Client m_client;
};

/// A watch or a streamed page, waited for.
struct Stream
{
    std::vector<std::string> lines; ///< of events; a page is one line
    api::StreamEnd end;
};

/// Opens a watch and waits until the server ends it. `onFirst` is called with the first event, on
/// the net thread.
[[nodiscard]] Stream watchToItsEnd(LiveClient& client,
                                   const api::Collection& what,
                                   const api::WatchOptions& options,
                                   const std::function<void()>& onFirst = {});

[[nodiscard]] kube::ObjectKey configMap(const std::string& name, const std::string& ns = "default");
/// A ConfigMap with one key, "colour".
[[nodiscard]] json::Value configMapObject(const std::string& name, const std::string& colour);
[[nodiscard]] api::Write applying(const std::string& name, const std::string& colour);

/// What, why and what to do, a line each, as a person reads them.
[[nodiscard]] std::string threeLines(const Error& error);

} // namespace isthmus::test

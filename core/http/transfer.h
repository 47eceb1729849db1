// SPDX-License-Identifier: GPL-3.0-or-later
// One request on its way: its libcurl handle, what has come back, how far it is. Made on the
// sender's thread, from then on owned and used by the net thread alone.
#pragma once

#include "core/http/address.h"
#include "core/http/curl_error.h"
#include "core/http/deadline.h"
#include "core/http/transport.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

struct curl_slist;

namespace isthmus::http {

class Transfer
{
public:
    Transfer(std::shared_ptr<const Endpoint> endpoint,
             Request request,
             Handler handler,
             std::stop_token stop,
             SteadyTime now);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    [[nodiscard]] const Endpoint* endpoint() const { return m_endpoint.get(); }

    [[nodiscard]] bool isStream() const { return static_cast<bool>(m_handler.onBody); }

    [[nodiscard]] bool stopRequested() const { return m_stop.stop_requested(); }

    [[nodiscard]] std::optional<Due> due() const;

    /// Checks endpoint and request; from here on a requested stop calls `wake`, on the stopping
    /// thread.
    [[nodiscard]] Result<void> accept(std::function<void()> wake);
    /// Makes the libcurl handle. Errors: Invalid, Internal.
    [[nodiscard]] Result<void> start(const std::string& userAgent, SteadyTime now);

    /// CURL*, to be given to the multi handle and taken out of it before finish(); null before
    /// start().
    [[nodiscard]] void* easy() const { return m_easy.get(); }

    /// What the CURLcode that libcurl ended with comes to. Leaves the transfer without its answer.
    [[nodiscard]] Result<Response> outcome(int curlCode);
    [[nodiscard]] Error timedOut(const Due& due) const;
    [[nodiscard]] Error cancelled() const;
    /// Frees what the request held, wipes what is secret, then reports. Once.
    void finish(Result<Response> result);

private:
    enum class Verdict
    {
        Good,
        Stopped,
        TooLarge
    };

    struct EasyDeleter
    {
        void operator()(void* easy) const;
    };

    /// Overwrites what it holds: the Authorization header is among it.
    struct ListDeleter
    {
        void operator()(curl_slist* list) const;
    };

    using List = std::unique_ptr<curl_slist, ListDeleter>;

    static bool append(List& list, const std::string& line);
    [[nodiscard]] int configure(const Destination& to, const std::string& userAgent);
    [[nodiscard]] int setRequest(const Destination& to, const std::string& userAgent);
    [[nodiscard]] int setTrust();
    [[nodiscard]] int setConnection(const Destination& to);
    [[nodiscard]] int setCallbacks();
    [[nodiscard]] bool makeHeaders(const Destination& to);
    void wipeSecrets();

    [[nodiscard]] bool isWhole() const;

    void onConnected();
    [[nodiscard]] bool onHeaderLine(std::string_view line);
    [[nodiscard]] bool onBytes(std::string_view bytes);

    std::shared_ptr<const Endpoint> m_endpoint;
    Request m_request;
    Handler m_handler;
    std::stop_token m_stop;
    Progress m_progress;

    Address m_address;
    std::string m_where; ///< host:port, for people; empty before accept()
    std::string m_proxy;
    Response m_response;
    std::size_t m_headerBytes = 0;
    Verdict m_verdict = Verdict::Good;
    std::array<char, 256> m_errorText {}; ///< CURL_ERROR_SIZE

    List m_headers;
    List m_connectTo;
    std::unique_ptr<void, EasyDeleter> m_easy;
    std::optional<std::stop_callback<std::function<void()>>> m_onStop;
};

} // namespace isthmus::http

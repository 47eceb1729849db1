// SPDX-License-Identifier: GPL-3.0-or-later
// A small HTTPS server on loopback for tests: certificates made at run time, each request answered
// by a script that may also hang, cut off or lie. One thread per connection; stops and joins with
// the object.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace isthmus::test {

struct TlsIdentity
{
    std::string certificatePem;
    std::string keyPem;
};

/// What a certificate says; the times are seconds from now.
struct TlsSubject
{
    std::string name = "127.0.0.1";
    std::string alternativeNames = "IP:127.0.0.1,DNS:localhost"; ///< OpenSSL's notation
    long notBefore = -3600;
    long notAfter = 3600;
};

/// A certificate authority that lives as long as the test.
class TlsAuthority
{
public:
    explicit TlsAuthority(const std::string& name = "test root");
    ~TlsAuthority();
    TlsAuthority(const TlsAuthority&) = delete;
    TlsAuthority& operator=(const TlsAuthority&) = delete;

    [[nodiscard]] const std::string& pem() const { return m_pem; }

    [[nodiscard]] TlsIdentity issue(const TlsSubject& subject = {}) const;

private:
    struct Material;
    std::unique_ptr<Material> m_material;
    std::string m_pem;
};

struct ReceivedRequest
{
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string clientName; ///< common name of the client's certificate
    int connection = 0; ///< counted from 1

    /// First header of that name as written; empty where there is none.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// One accepted connection, as its script sees it. Used on the connection's thread.
class TlsConnection
{
public:
    virtual ~TlsConnection() = default;
    /// False where the peer is gone.
    virtual bool write(std::string_view bytes) = 0;
    /// A whole answer with Content-Length; `headers` are lines that end in CRLF.
    void respond(int status, std::string_view body, std::string_view headers = {});
    void beginChunks(int status = 200);
    bool chunk(std::string_view bytes);
    void endChunks();
    /// Waits until the peer has closed or the server stops.
    virtual void hang() = 0;
    /// Ends the connection: with TLS's closing message, or with none, or with a TCP reset.
    virtual void close() = 0;
    virtual void cut() = 0;
    virtual void reset() = 0;
};

using TlsScript = std::function<void(TlsConnection&, const ReceivedRequest&)>;

enum class TlsFault
{
    None,
    NoHandshake, ///< accepts TCP and says nothing
    ResetAtOnce, ///< resets each connection when it is accepted
    ResetBeforeReading, ///< resets after the handshake, before it reads the request
    OnlyTls11, ///< offers nothing newer than TLS 1.1
};

struct TlsServerOptions
{
    TlsIdentity identity;
    std::string clientCaPem = {}; ///< set: clients must show a certificate of this authority
    TlsFault fault = TlsFault::None;
};

class TlsServer
{
public:
    TlsServer(TlsServerOptions options, TlsScript script);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    [[nodiscard]] int port() const { return m_port; }

    [[nodiscard]] std::string url() const; ///< "https://127.0.0.1:port"

    [[nodiscard]] int connections() const { return m_connections; } ///< accepted so far

    [[nodiscard]] std::size_t bytesReceived() const { return m_bytes; } ///< of requests, decrypted

    [[nodiscard]] std::vector<ReceivedRequest> requests() const;
    /// Waits until that many requests have been read; false after a minute.
    [[nodiscard]] bool waitForRequests(std::size_t count) const;

private:
    class Connection;
    friend class Connection;

    void acceptLoop();
    void serve(int socket, int number);

    TlsServerOptions m_options;
    TlsScript m_script;
    std::shared_ptr<void> m_context;
    int m_listener = -1;
    int m_stopPipe[2] = { -1, -1 }; ///< readable, for everybody, once the server stops
    int m_port = 0;
    std::atomic<int> m_connections = 0;
    std::atomic<std::size_t> m_bytes = 0;
    mutable std::mutex m_mutex; ///< guards the next two
    std::vector<ReceivedRequest> m_requests;
    std::vector<std::jthread> m_threads;
    mutable std::condition_variable m_arrived;
    std::jthread m_acceptor;
};

} // namespace isthmus::test

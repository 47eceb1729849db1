// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/https_server.h"

#include "core/base/strings.h"
#include "core/sim/api.h"
#include "core/sim/request.h"

// Boost's headers are not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wuseless-cast"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wextra-semi"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#pragma GCC diagnostic pop

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <ctime>
#include <list>
#include <thread>

namespace isthmus::sim {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;
using Stream = asio::ssl::stream<Tcp::socket>;

constexpr std::size_t largestBody = std::size_t { 3 } << 20; // as the real server's
constexpr Milliseconds oneLook { 200 };

std::string text(beast::string_view view)
{
    return { view.data(), view.size() };
}

/// Common name and organisations of the certificate that was shown: user and groups.
std::optional<Identity> certificateIdentity(SSL* ssl)
{
    X509* const certificate = SSL_get1_peer_certificate(ssl);
    if (certificate == nullptr) {
        return std::nullopt;
    }
    Identity out { .user = {}, .groups = { "system:authenticated" } };
    const X509_NAME* subject = X509_get_subject_name(certificate);
    for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
        const ASN1_STRING* data = X509_NAME_ENTRY_get_data(entry);
        const std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                                static_cast<std::size_t>(ASN1_STRING_length(data)));
        const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (nid == NID_commonName) {
            out.user = value;
        } else if (nid == NID_organizationName) {
            out.groups.push_back(value);
        }
    }
    X509_free(certificate);
    return out;
}

/// Whether the client has closed, or says something in the middle of a watch.
bool isReadable(Tcp::socket& socket)
{
    pollfd descriptor { .fd = socket.native_handle(), .events = POLLIN, .revents = 0 };
    return ::poll(&descriptor, 1, 0) != 0;
}

} // namespace

/// Accepts, and keeps the threads of the connections.
class HttpsServer::Listener
{
public:
    Listener(std::shared_ptr<Cluster> cluster, const Clock& clock, Options options)
        : m_cluster(std::move(cluster))
        , m_clock(clock)
        , m_options(std::move(options))
        , m_tls(asio::ssl::context::tls_server)
        , m_acceptor(m_io)
    { }

    ~Listener()
    {
        m_stop.request_stop();
        beast::error_code ignored;
        if (m_acceptor.is_open()) {
            ::shutdown(m_acceptor.native_handle(), SHUT_RDWR); // wakes accept()
        }
        if (m_thread.joinable()) {
            m_thread.join();
        }
        {
            const std::lock_guard lock(m_mutex);
            for (Connection& each : m_connections) {
                each.socket->shutdown(Tcp::socket::shutdown_both, ignored);
            }
        }
        m_connections.clear(); // joins
    }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    Result<void> open()
    {
        const std::string_view key = m_options.identity.keyPem.reveal();
        const std::string& pem = m_options.identity.certificatePem;
        beast::error_code failure;
        const auto tried = [&failure](auto&& step) { return failure ? failure : step(); };
        m_tls.use_certificate_chain(asio::buffer(pem), failure);
        tried([&] {
            return m_tls.use_private_key(
                asio::buffer(key.data(), key.size()), asio::ssl::context::pem, failure);
        });
        tried([&] {
            return m_tls.add_certificate_authority(asio::buffer(m_options.clientCaPem), failure);
        });
        tried([&] { return m_tls.set_verify_mode(asio::ssl::verify_peer, failure); });
        if (failure) {
            return Error { ErrorCode::Tls, msg("sim.no-tls"), failure.message() };
        }
        // Without it, resuming a session fails once client certificates are asked for.
        SSL_CTX_set_session_cache_mode(m_tls.native_handle(), SSL_SESS_CACHE_OFF);
        const Tcp::endpoint here(asio::ip::address_v4::loopback(),
                                 static_cast<unsigned short>(m_options.port));
        m_acceptor.open(here.protocol(), failure);
        tried([&] { return m_acceptor.set_option(Tcp::acceptor::reuse_address(true), failure); });
        tried([&] { return m_acceptor.bind(here, failure); });
        tried(
            [&] { return m_acceptor.listen(asio::socket_base::max_listen_connections, failure); });
        if (failure) {
            return Error { ErrorCode::Unreachable, msg("sim.no-port"), failure.message() };
        }
        m_port = m_acceptor.local_endpoint().port();
        m_thread = std::thread([this] { acceptAll(); });
        return {};
    }

    [[nodiscard]] int port() const { return m_port; }

private:
    struct Connection
    {
        std::shared_ptr<Tcp::socket> socket = {};
        std::shared_ptr<std::atomic<bool>> done = std::make_shared<std::atomic<bool>>(false);
        std::jthread thread = {};
    };

    void acceptAll()
    {
        while (!m_stop.stop_requested()) {
            beast::error_code failure;
            Tcp::socket socket(m_io);
            m_acceptor.accept(socket, failure);
            if (failure) {
                if (m_stop.stop_requested() || failure == asio::error::bad_descriptor
                    || failure == asio::error::invalid_argument) {
                    return;
                }
                continue;
            }
            serve(std::move(socket));
        }
    }

    void serve(Tcp::socket socket)
    {
        beast::error_code ignored;
        socket.set_option(Tcp::no_delay(true), ignored);
        const std::lock_guard lock(m_mutex);
        m_connections.remove_if([](const Connection& each) { return each.done->load(); });
        if (m_stop.stop_requested()) {
            return;
        }
        auto stream = std::make_shared<Stream>(std::move(socket), m_tls);
        Connection& connection = m_connections.emplace_back();
        connection.socket =
            std::shared_ptr<Tcp::socket>(stream, &stream->next_layer()); // lives as long
        connection.thread = std::jthread([this, stream, done = connection.done] {
            converse(*stream);
            *done = true;
        });
    }

    void converse(Stream& stream)
    {
        beast::error_code failure;
        stream.handshake(asio::ssl::stream_base::server, failure);
        const std::optional<Identity> shown =
            failure ? std::nullopt : certificateIdentity(stream.native_handle());
        beast::flat_buffer buffer;
        while (!failure && !m_stop.stop_requested()) {
            bhttp::request_parser<bhttp::string_body> parser;
            parser.body_limit(largestBody);
            bhttp::read_header(stream, buffer, parser, failure);
            if (!failure && text(parser.get()[bhttp::field::expect]) == "100-continue") {
                asio::write(stream,
                            asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")),
                            failure);
            }
            if (!failure) {
                bhttp::read(stream, buffer, parser, failure);
            }
            if (failure || !answerOne(stream, parser.get(), shown)) {
                break;
            }
        }
        beast::error_code ignored;
        if (!failure || failure == bhttp::error::end_of_stream) {
            stream.shutdown(ignored);
        }
        stream.next_layer().close(ignored);
    }

    /// False where the connection is to end.
    bool answerOne(Stream& stream,
                   const bhttp::request<bhttp::string_body>& received,
                   const std::optional<Identity>& shown)
    {
        Request request { .method = text(received.method_string()),
                          .target = text(received.target()),
                          .contentType = text(received[bhttp::field::content_type]),
                          .accept = text(received[bhttp::field::accept]),
                          .userAgent = text(received[bhttp::field::user_agent]),
                          .body = received.body() };
        bool known = true;
        const std::string authorization = text(received[bhttp::field::authorization]);
        if (authorization.starts_with("Bearer ")) {
            const auto identity = m_cluster->identityOf(std::string_view(authorization).substr(7));
            known = identity.has_value();
            request.identity = identity.value_or(Identity());
        } else if (shown) {
            request.identity = *shown;
        }
        Reply reply = known
            ? m_cluster->handle(request)
            : replyOf(Failure { .code = 401, .reason = "Unauthorized", .message = "Unauthorized" });
        note(request, reply);
        if (reply.watch) {
            return follow(stream, *reply.watch);
        }
        bhttp::response<bhttp::string_body> response(static_cast<bhttp::status>(reply.status),
                                                     received.version());
        response.set(bhttp::field::content_type, reply.contentType);
        response.set(bhttp::field::cache_control, "no-cache, private");
        response.set(bhttp::field::date, httpDate());
        response.keep_alive(received.keep_alive());
        response.body() = std::move(reply.body);
        response.prepare_payload();
        if (received.method() == bhttp::verb::head) {
            response.body().clear();
        }
        beast::error_code failure;
        bhttp::write(stream, response, failure);
        return !failure && received.keep_alive();
    }

    [[nodiscard]] std::string httpDate() const
    {
        const std::time_t now = std::chrono::system_clock::to_time_t(m_clock.now());
        std::tm parts {};
        ::gmtime_r(&now, &parts);
        std::array<char, 64> out {};
        const std::size_t size =
            std::strftime(out.data(), out.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        return { out.data(), size };
    }

    void note(const Request& request, const Reply& reply) const
    {
        if (m_options.onReceived) {
            m_options.onReceived({ .at = m_clock.now(),
                                   .cluster = m_cluster->name(),
                                   .method = request.method,
                                   .target = request.target,
                                   .user = request.identity.user,
                                   .status = reply.status });
        }
    }

    /// A watch, until its time is over, an error ends it, the client goes or the server stops.
    bool follow(Stream& stream, Watch& watch)
    {
        beast::error_code failure;
        const auto send = [&](const std::string& bytes) {
            if (!failure) {
                asio::write(stream, bhttp::make_chunk(asio::buffer(bytes)), failure);
            }
        };
        bhttp::response<bhttp::empty_body> head(bhttp::status::ok, 11);
        head.set(bhttp::field::content_type, "application/json");
        head.set(bhttp::field::date, httpDate());
        head.chunked(true);
        bhttp::response_serializer<bhttp::empty_body> serializer(head);
        bhttp::write_header(stream, serializer, failure);
        const SteadyTime begun = std::chrono::steady_clock::now();
        SteadyTime lastWord = begun;
        const int seconds = watch.timeoutSeconds > 0 ? watch.timeoutSeconds : 1'800;
        bool ended = false;
        while (!failure && !ended && !m_stop.stop_requested() && !isReadable(stream.next_layer())) {
            Cluster::Lines next = m_cluster->next(watch, oneLook, m_stop.get_token());
            ended = next.ended;
            std::string bytes;
            for (const std::string& line : next.lines) {
                bytes += line;
            }
            const SteadyTime now = std::chrono::steady_clock::now();
            const bool over = now - begun >= std::chrono::seconds(seconds);
            if (watch.bookmarks && !ended && bytes.empty()
                && (over || now - lastWord >= m_options.bookmarkEvery)) {
                bytes = bookmarkLine(watch);
            }
            if (!bytes.empty()) {
                send(bytes);
                lastWord = now;
            }
            ended = ended || over;
        }
        if (!failure && (ended || m_stop.stop_requested())) {
            asio::write(stream, bhttp::make_chunk_last(), failure);
        }
        return ended && !failure;
    }

    std::shared_ptr<Cluster> m_cluster;
    const Clock& m_clock;
    Options m_options;
    std::stop_source m_stop;
    asio::io_context m_io;
    asio::ssl::context m_tls;
    Tcp::acceptor m_acceptor;
    int m_port = 0;
    std::mutex m_mutex; ///< guards m_connections
    std::list<Connection> m_connections;
    std::thread m_thread;
};

Result<std::unique_ptr<HttpsServer>>
HttpsServer::start(std::shared_ptr<Cluster> cluster, const Clock& clock, Options options)
{
    auto listener = std::make_unique<Listener>(std::move(cluster), clock, std::move(options));
    if (Result<void> opened = listener->open(); !opened) {
        return std::move(opened).error();
    }
    return std::unique_ptr<HttpsServer>(new HttpsServer(std::move(listener)));
}

HttpsServer::HttpsServer(std::unique_ptr<Listener> listener)
    : m_listener(std::move(listener))
{ }

HttpsServer::~HttpsServer() = default;

int HttpsServer::port() const
{
    return m_listener->port();
}

} // namespace isthmus::sim

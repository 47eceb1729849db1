// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tls_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>

namespace isthmus::test {

namespace {

template<auto Free>
struct Deleter
{
    template<typename T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;

std::string content(const Bio& bio)
{
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return { bytes, static_cast<std::size_t>(size) };
}

std::string pemOf(X509* certificate)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return content(bio);
}

std::string pemOf(EVP_PKEY* key)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return content(bio);
}

Bio reader(std::string_view text)
{
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void extend(X509* certificate, X509* issuer, int which, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()));
    X509_add_ext(certificate, extension.get(), -1);
}

Certificate
makeCertificate(const TlsSubject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer)
{
    static std::atomic<long> serial = 1000;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.notBefore);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.notAfter);
    X509_set_pubkey(certificate.get(), key);
    const std::vector<unsigned char> name(subject.name.begin(), subject.name.end());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()),
                               "CN",
                               MBSTRING_UTF8,
                               name.data(),
                               static_cast<int>(name.size()),
                               -1,
                               0);
    X509* by = issuer == nullptr ? certificate.get() : issuer;
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(by));
    if (issuer == nullptr) {
        extend(certificate.get(), by, NID_basic_constraints, "critical,CA:TRUE");
    } else {
        extend(certificate.get(), by, NID_subject_alt_name, subject.alternativeNames);
    }
    X509_sign(certificate.get(), signer, EVP_sha256());
    return certificate;
}

std::shared_ptr<void> makeContext(const TlsServerOptions& options)
{
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    std::shared_ptr<void> owner(context, [context](void*) { SSL_CTX_free(context); });
    const Bio certificate = reader(options.identity.certificatePem);
    const Bio key = reader(options.identity.keyPem);
    SSL_CTX_use_certificate(
        context,
        Certificate(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr)).get());
    SSL_CTX_use_PrivateKey(
        context, Key(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr)).get());
    if (!options.clientCaPem.empty()) {
        const Bio ca = reader(options.clientCaPem);
        const Certificate root(PEM_read_bio_X509(ca.get(), nullptr, nullptr, nullptr));
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.get());
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (options.fault == TlsFault::OnlyTls11) {
        SSL_CTX_set_security_level(context, 0); // or OpenSSL would not even offer it
        SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    }
    return owner;
}

bool waitReadable(int socket, int stop)
{
    std::array<pollfd, 2> watched { { { socket, POLLIN, 0 }, { stop, POLLIN, 0 } } };
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) { }
    return watched[1].revents == 0;
}

std::optional<ReceivedRequest> parseHead(const std::string& head)
{
    ReceivedRequest request;
    std::size_t at = head.find("\r\n");
    const std::string first = head.substr(0, at);
    const std::size_t space = first.find(' ');
    const std::size_t second = first.find(' ', space + 1);
    if (second == std::string::npos) {
        return std::nullopt;
    }
    request.method = first.substr(0, space);
    request.target = first.substr(space + 1, second - space - 1);
    while (at + 2 < head.size()) {
        const std::size_t end = head.find("\r\n", at + 2);
        const std::string line = head.substr(at + 2, end - at - 2);
        const std::size_t colon = line.find(':');
        const std::size_t value = line.find_first_not_of(' ', colon + 1);
        request.headers.emplace_back(line.substr(0, colon),
                                     value == std::string::npos ? "" : line.substr(value));
        at = end == std::string::npos ? head.size() : end;
    }
    return request;
}

} // namespace

struct TlsAuthority::Material
{
    explicit Material(const std::string& name)
        : key(EVP_EC_gen("P-256"))
        , certificate(makeCertificate({ .name = name }, key.get(), nullptr, key.get()))
    { }

    Key key;
    Certificate certificate;
};

TlsAuthority::TlsAuthority(const std::string& name)
    : m_material(std::make_unique<Material>(name))
    , m_pem(pemOf(m_material->certificate.get()))
{ }

TlsAuthority::~TlsAuthority() = default;

TlsIdentity TlsAuthority::issue(const TlsSubject& subject) const
{
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate =
        makeCertificate(subject, key.get(), m_material->certificate.get(), m_material->key.get());
    return { pemOf(certificate.get()), pemOf(key.get()) };
}

std::string ReceivedRequest::header(std::string_view name) const
{
    for (const auto& [key, value] : headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

void TlsConnection::respond(int status, std::string_view body, std::string_view headers)
{
    write("HTTP/1.1 " + std::to_string(status)
          + " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
          + std::string(headers) + "\r\n" + std::string(body));
}

void TlsConnection::beginChunks(int status)
{
    write("HTTP/1.1 " + std::to_string(status) + " Status\r\nTransfer-Encoding: chunked\r\n\r\n");
}

bool TlsConnection::chunk(std::string_view bytes)
{
    std::array<char, 20> size {};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    return write(std::string(size.data(), end) + "\r\n" + std::string(bytes) + "\r\n");
}

void TlsConnection::endChunks()
{
    write("0\r\n\r\n");
}

/// The socket does not block; every wait also ends when the server stops.
class TlsServer::Connection final : public TlsConnection
{
public:
    Connection(TlsServer& server, int socket)
        : m_server(server)
        , m_socket(socket)
        , m_ssl(SSL_new(static_cast<SSL_CTX*>(server.m_context.get())))
    {
        SSL_set_fd(m_ssl.get(), socket);
    }

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    ~Connection() override
    {
        if (m_socket >= 0) {
            ::close(m_socket);
        }
    }

    [[nodiscard]] bool alive() const { return m_socket >= 0; }

    bool handshake()
    {
        return repeat([this] { return SSL_accept(m_ssl.get()); });
    }

    /// Ends our direction and waits for the peer's end. Closing with bytes unread would be a reset,
    /// which overtakes the alert that says why.
    void farewell()
    {
        ::shutdown(m_socket, SHUT_WR);
        std::array<char, 4096> ignored {};
        while (waitReadable(m_socket, m_server.m_stopPipe[0])
               && ::recv(m_socket, ignored.data(), ignored.size(), 0) > 0) { }
    }

    bool write(std::string_view bytes) override
    {
        return bytes.empty() || repeat([this, bytes] {
                   return SSL_write(m_ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
               });
    }

    void hang() override
    {
        std::array<char, 4096> ignored {};
        while (read(ignored.data(), ignored.size()) > 0) { }
    }

    void close() override
    {
        if (alive()) {
            SSL_shutdown(m_ssl.get());
            cut();
        }
    }

    void cut() override
    {
        if (alive()) {
            ::close(std::exchange(m_socket, -1));
        }
    }

    void reset() override
    {
        const linger hard { 1, 0 };
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
        cut();
    }

    /// The next whole request; nothing where there is none.
    std::optional<ReceivedRequest> readRequest()
    {
        std::size_t end = std::string::npos;
        while ((end = m_buffer.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) {
                return std::nullopt;
            }
        }
        std::optional<ReceivedRequest> request = parseHead(m_buffer.substr(0, end));
        if (!request) {
            return std::nullopt;
        }
        m_buffer.erase(0, end + 4);
        const std::string length = request->header("Content-Length");
        const std::size_t size = length.empty() ? 0 : std::stoul(length);
        while (m_buffer.size() < size) {
            if (!more()) {
                return std::nullopt;
            }
        }
        request->body = m_buffer.substr(0, size);
        m_buffer.erase(0, size);
        request->clientName = clientName();
        return request;
    }

private:
    /// Repeats a TLS call until it succeeds, fails or the server stops.
    template<typename Call>
    bool repeat(const Call& call)
    {
        while (alive()) {
            const int result = call();
            if (result > 0) {
                return true;
            }
            const int error = SSL_get_error(m_ssl.get(), result);
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
                return false;
            }
            const short what = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
            std::array<pollfd, 2> watched { { { m_socket, what, 0 },
                                              { m_server.m_stopPipe[0], POLLIN, 0 } } };
            ::poll(watched.data(), watched.size(), -1);
            if (watched[1].revents != 0) {
                return false;
            }
        }
        return false;
    }

    int read(char* to, std::size_t size)
    {
        int count = 0;
        const bool good = repeat([this, to, size, &count] {
            count = SSL_read(m_ssl.get(), to, static_cast<int>(size));
            return count;
        });
        return good ? count : 0;
    }

    bool more()
    {
        std::array<char, 16'384> bytes {};
        const int count = read(bytes.data(), bytes.size());
        m_buffer.append(bytes.data(), static_cast<std::size_t>(count));
        m_server.m_bytes += static_cast<std::size_t>(count);
        return count > 0;
    }

    [[nodiscard]] std::string clientName() const
    {
        const Certificate peer(SSL_get1_peer_certificate(m_ssl.get()));
        std::array<char, 128> name {};
        if (peer) {
            X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()),
                                      NID_commonName,
                                      name.data(),
                                      static_cast<int>(name.size()));
        }
        return name.data();
    }

    TlsServer& m_server;
    int m_socket;
    Ssl m_ssl;
    std::string m_buffer;
};

TlsServer::TlsServer(TlsServerOptions options, TlsScript script)
    : m_options(std::move(options))
    , m_script(std::move(script))
    , m_context(makeContext(m_options))
    , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    [[maybe_unused]] const int piped = ::pipe2(m_stopPipe, O_CLOEXEC);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: how sockets are addressed
    socklen_t size = sizeof(address);
    if (::bind(m_listener, generic, size) != 0 || ::listen(m_listener, 256) != 0
        || ::getsockname(m_listener, generic, &size) != 0) {
        std::abort(); // no loopback: no test can say anything
    }
    m_port = ntohs(address.sin_port);
    m_acceptor = std::jthread([this] { acceptLoop(); });
}

TlsServer::~TlsServer()
{
    ::close(std::exchange(m_stopPipe[1], -1)); // end of file, which every poll() sees
    m_acceptor.join();
    m_threads.clear();
    ::close(m_listener);
    ::close(m_stopPipe[0]);
}

std::string TlsServer::url() const
{
    return "https://127.0.0.1:" + std::to_string(m_port);
}

std::vector<ReceivedRequest> TlsServer::requests() const
{
    const std::scoped_lock lock(m_mutex);
    return m_requests;
}

bool TlsServer::waitForRequests(std::size_t count) const
{
    std::unique_lock lock(m_mutex);
    return m_arrived.wait_for(
        lock, std::chrono::minutes(1), [this, count] { return m_requests.size() >= count; });
}

void TlsServer::acceptLoop()
{
    // Writes to a closed connection must not end the test program.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (waitReadable(m_listener, m_stopPipe[0])) {
        const int socket = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket < 0) {
            continue;
        }
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        const int number = ++m_connections;
        const std::scoped_lock lock(m_mutex);
        m_threads.emplace_back([this, socket, number] { serve(socket, number); });
    }
}

void TlsServer::serve(int socket, int number)
{
    Connection connection(*this, socket);
    if (m_options.fault == TlsFault::ResetAtOnce) {
        connection.reset();
        return;
    }
    if (m_options.fault == TlsFault::NoHandshake) {
        waitReadable(-1, m_stopPipe[0]);
        return;
    }
    if (!connection.handshake()) {
        connection.farewell();
        return;
    }
    if (m_options.fault == TlsFault::ResetBeforeReading) {
        connection.reset();
        return;
    }
    while (connection.alive()) {
        std::optional<ReceivedRequest> request = connection.readRequest();
        if (!request) {
            return;
        }
        request->connection = number;
        {
            const std::scoped_lock lock(m_mutex);
            m_requests.push_back(*request);
        }
        m_arrived.notify_all();
        m_script(connection, *request);
    }
}

} // namespace isthmus::test

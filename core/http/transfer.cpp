// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/transfer.h"

#include "core/base/strings.h"
#include "core/http/socket_options.h"

#include <curl/curl.h>

#include <cstring>
#include <utility>

namespace isthmus::http {

namespace {

/// All headers of one answer together; Kubernetes sends under 2 KiB.
constexpr std::size_t maxHeaderBytes = std::size_t { 256 } << 10;

static_assert(CURL_ERROR_SIZE <= 256, "Transfer's buffer for libcurl's words is too small");

/// Sets options one after the other and remembers the first refusal.
class Options
{
public:
    explicit Options(CURL* easy)
        : m_easy(easy)
    { }

    template<typename T>
    Options& set(CURLoption option, T value)
    {
        const CURLcode code = curl_easy_setopt(m_easy, option, value);
        m_code = m_code == CURLE_OK ? code : m_code;
        return *this;
    }

    /// The bytes are not copied: they must outlive the handle.
    Options& setBlob(CURLoption option, std::string_view bytes)
    {
        curl_blob blob { const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY };
        return set(option, &blob);
    }

    [[nodiscard]] CURLcode code() const { return m_code; }

private:
    CURL* m_easy;
    CURLcode m_code = CURLE_OK;
};

curl_socket_t openCurlSocket(void*, curlsocktype, curl_sockaddr* address)
{
    const int socket = openSocket(address->family, address->socktype, address->protocol);
    return socket < 0 ? CURL_SOCKET_BAD : socket;
}

bool hasHeader(const Headers& headers, std::string_view headerName)
{
    for (const auto& [key, value] : headers) {
        if (sameHeaderName(key, headerName)) {
            return true;
        }
    }
    return false;
}

} // namespace

void Transfer::EasyDeleter::operator()(void* easy) const
{
    curl_easy_cleanup(easy);
}

void Transfer::ListDeleter::operator()(curl_slist* list) const
{
    for (curl_slist* item = list; item != nullptr; item = item->next) {
        explicit_bzero(item->data, std::strlen(item->data));
    }
    curl_slist_free_all(list);
}

Transfer::Transfer(std::shared_ptr<const Endpoint> endpoint,
                   Request request,
                   Handler handler,
                   std::stop_token stop,
                   SteadyTime now)
    : m_endpoint(std::move(endpoint))
    , m_request(std::move(request))
    , m_handler(std::move(handler))
    , m_stop(std::move(stop))
    , m_progress { now }
{ }

Transfer::~Transfer()
{
    m_easy.reset(); // before the lists that it points into
    wipeSecrets();
}

std::optional<Due> Transfer::due() const
{
    return nextDue(m_request.deadlines, m_progress);
}

Result<void> Transfer::accept(std::function<void()> wake)
{
    m_onStop.emplace(m_stop, std::move(wake));
    Result<Address> address = parseAddress(m_endpoint->url);
    if (!address) {
        return std::move(address).error();
    }
    m_address = std::move(*address);
    m_where = m_address.hostAndPort();
    if (!m_endpoint->proxyUrl.empty()) {
        Result<std::string> proxy = proxyAddress(m_endpoint->proxyUrl);
        if (!proxy) {
            return std::move(proxy).error();
        }
        m_proxy = std::move(*proxy);
    }
    return checkRequest(m_request, m_where);
}

Result<void> Transfer::start(const std::string& userAgent, SteadyTime now)
{
    const Result<Destination> to = destination(
        m_address, m_endpoint->tlsServerName, m_request.target, m_endpoint->dialAddress);
    if (!to) {
        return to.error();
    }
    m_easy.reset(curl_easy_init());
    const int code = m_easy ? configure(*to, userAgent) : CURLE_FAILED_INIT;
    if (code != CURLE_OK) {
        m_easy.reset();
        Error error = setupError(m_where, curl_easy_strerror(static_cast<CURLcode>(code)));
        error.retry = Retry::Now;
        return error;
    }
    m_progress.started = now;
    return {};
}

bool Transfer::append(List& list, const std::string& line)
{
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        return false;
    }
    static_cast<void>(list.release());
    list.reset(longer);
    return true;
}

bool Transfer::makeHeaders(const Destination& to)
{
    // "Expect:" keeps libcurl from asking first with large bodies: a refusal would make it send
    // twice.
    bool good = append(m_headers, "Host: " + to.host) && append(m_headers, "Expect:");
    if (!hasHeader(m_request.headers, "Content-Type")) {
        good = good && append(m_headers, "Content-Type:"); // else libcurl claims a web form
    }
    for (const auto& [key, value] : m_request.headers) {
        std::string line = key;
        line += value.empty() ? std::string(";") : ": " + value;
        good = good && append(m_headers, line);
        wipe(line);
    }
    return good;
}

int Transfer::configure(const Destination& to, const std::string& userAgent)
{
    for (const int code :
         { setRequest(to, userAgent), setTrust(), setConnection(to), setCallbacks() }) {
        if (code != CURLE_OK) {
            return code;
        }
    }
    return CURLE_OK;
}

int Transfer::setRequest(const Destination& to, const std::string& userAgent)
{
    if (!makeHeaders(to)) {
        return CURLE_OUT_OF_MEMORY;
    }
    Options options(m_easy.get());
    options.set(CURLOPT_URL, to.url.c_str())
        .set(CURLOPT_PATH_AS_IS, 1L)
        .set(CURLOPT_PROTOCOLS_STR, "https")
        .set(CURLOPT_FOLLOWLOCATION, 0L)
        .set(CURLOPT_HTTP_VERSION, long { CURL_HTTP_VERSION_1_1 })
        .set(CURLOPT_USERAGENT, userAgent.c_str())
        .set(CURLOPT_HTTPHEADER, m_headers.get())
        .set(CURLOPT_HEADEROPT, long { CURLHEADER_SEPARATE }); // a proxy never sees the token
    if (m_request.compressed) {
        options.set(CURLOPT_ACCEPT_ENCODING, "gzip");
    }
    if (m_request.method == Method::Head) {
        options.set(CURLOPT_NOBODY, 1L);
    } else if (m_request.method != Method::Get) {
        const bool hasBody = !m_request.body.empty() || m_request.method != Method::Delete;
        if (hasBody) {
            options.set(CURLOPT_POST, 1L)
                .set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()))
                .set(CURLOPT_POSTFIELDS, m_request.body.data()); // not copied by libcurl
        }
        options.set(CURLOPT_CUSTOMREQUEST, name(m_request.method).data());
    }
    return options.code();
}

int Transfer::setTrust()
{
    Options options(m_easy.get());
    options.set(CURLOPT_SSLVERSION, long { CURL_SSLVERSION_TLSv1_2 })
        .set(CURLOPT_SSL_VERIFYPEER, m_endpoint->insecureSkipVerify ? 0L : 1L)
        .set(CURLOPT_SSL_VERIFYHOST, m_endpoint->insecureSkipVerify ? 0L : 2L);
    if (!m_endpoint->caPem.empty()) {
        // Both to null: a compiled-in file or folder stays trusted beside the blob otherwise.
        options.setBlob(CURLOPT_CAINFO_BLOB, m_endpoint->caPem)
            .set(CURLOPT_CAINFO, static_cast<char*>(nullptr))
            .set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    if (!m_endpoint->clientCertificatePem.empty()) {
        // Without a pass phrase OpenSSL would ask for one on the terminal, and stop the net thread
        // there.
        options.setBlob(CURLOPT_SSLCERT_BLOB, m_endpoint->clientCertificatePem)
            .set(CURLOPT_SSLCERTTYPE, "PEM")
            .setBlob(CURLOPT_SSLKEY_BLOB, m_endpoint->clientKeyPem.reveal())
            .set(CURLOPT_SSLKEYTYPE, "PEM")
            .set(CURLOPT_KEYPASSWD, "");
    }
    return options.code();
}

int Transfer::setConnection(const Destination& to)
{
    constexpr long noLimit =
        86'400'000L; // 0 would be libcurl's own 300 s; ours come from nextDue()
    Options options(m_easy.get());
    options
        .set(CURLOPT_PROXY, m_proxy.c_str()) // "" and not null: the environment is never asked
        .set(CURLOPT_NOPROXY, "")
        .set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L)
        .set(CURLOPT_CONNECTTIMEOUT_MS, noLimit)
        .set(CURLOPT_TCP_NODELAY, 1L)
        .set(CURLOPT_MAXAGE_CONN, 75L) // servers close idle connections after 90 s
        .set(CURLOPT_MAXLIFETIME_CONN, 300L) // so that a replaced or revoked certificate is noticed
        .set(CURLOPT_NOSIGNAL, 1L)
        .set(CURLOPT_QUICK_EXIT, 1L) // a cancelled name lookup is left behind, not waited for
        .set(CURLOPT_BUFFERSIZE, isStream() ? 16'384L : 65'536L);
    if (m_request.freshConnection) {
        options.set(CURLOPT_FRESH_CONNECT, 1L).set(CURLOPT_FORBID_REUSE, 1L);
    }
    if (!to.connectTo.empty()) {
        if (!append(m_connectTo, to.connectTo)) {
            return CURLE_OUT_OF_MEMORY;
        }
        options.set(CURLOPT_CONNECT_TO, m_connectTo.get());
    }
    return options.code();
}

int Transfer::setCallbacks()
{
    // Capture-less lambdas with libcurl's exact signatures; `self` is this transfer.
    const curl_prereq_callback connected = [](void* self, char*, char*, int, int) {
        static_cast<Transfer*>(self)->onConnected();
        return CURL_PREREQFUNC_OK;
    };
    const curl_write_callback header = [](char* bytes, size_t size, size_t count, void* self) {
        const bool go = static_cast<Transfer*>(self)->onHeaderLine({ bytes, size * count });
        return go ? size * count : size_t { 0 };
    };
    const curl_write_callback body = [](char* bytes, size_t size, size_t count, void* self) {
        const bool go = static_cast<Transfer*>(self)->onBytes({ bytes, size * count });
        return go ? size * count : size_t { 0 };
    };
    Options options(m_easy.get());
    options.set(CURLOPT_PREREQFUNCTION, connected)
        .set(CURLOPT_PREREQDATA, static_cast<void*>(this))
        .set(CURLOPT_HEADERFUNCTION, header)
        .set(CURLOPT_HEADERDATA, static_cast<void*>(this))
        .set(CURLOPT_WRITEFUNCTION, body)
        .set(CURLOPT_WRITEDATA, static_cast<void*>(this))
        .set(CURLOPT_OPENSOCKETFUNCTION, &openCurlSocket)
        .set(CURLOPT_ERRORBUFFER, m_errorText.data());
    return options.code();
}

void Transfer::onConnected()
{
    // Called before the first byte of the request is written, again when libcurl sends it anew on
    // another connection: from here on nobody can say that nothing was sent.
    m_progress.connected = true;
}

bool Transfer::onHeaderLine(std::string_view line)
{
    m_headerBytes += line.size();
    if (m_headerBytes > maxHeaderBytes) {
        m_verdict = Verdict::TooLarge;
        return false;
    }
    if (m_progress.lastByte) {
        return true; // trailers
    }
    if (line.starts_with("HTTP/")) {
        m_response.headers.clear(); // what came before was an interim answer
        long status = 0;
        curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
        m_response.status = static_cast<int>(status);
        return true;
    }
    if (trimmed(line).empty()) {
        if (m_response.status >= 200) {
            m_progress.lastByte = std::chrono::steady_clock::now();
            if (m_handler.onHeaders) {
                m_handler.onHeaders(m_response);
            }
        }
        return true;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
        m_response.headers.emplace_back(trimmed(line.substr(0, colon)),
                                        trimmed(line.substr(colon + 1)));
    }
    return true;
}

bool Transfer::onBytes(std::string_view bytes)
{
    m_progress.lastByte = std::chrono::steady_clock::now();
    if (m_stop.stop_requested() || (m_handler.onBody && !m_handler.onBody(bytes))) {
        m_verdict = Verdict::Stopped;
        return false;
    }
    if (m_handler.onBody) {
        return true;
    }
    if (bytes.size() > m_request.maxBody - m_response.body.size()) {
        m_verdict = Verdict::TooLarge;
        return false;
    }
    m_response.body.append(bytes);
    return true;
}

bool Transfer::isWhole() const
{
    // A body that only the end of the connection ends: libcurl takes it for whole even where TLS
    // was not closed in order, that is, where somebody may have cut it.
    return m_response.body.empty() || hasHeader(m_response.headers, "Content-Length")
        || hasHeader(m_response.headers, "Transfer-Encoding");
}

Result<Response> Transfer::outcome(int curlCode)
{
    if (curlCode == CURLE_OK && isWhole()) {
        return std::move(m_response);
    }
    if (m_verdict == Verdict::Stopped) {
        return cancelled();
    }
    if (m_verdict == Verdict::TooLarge) {
        return tooLargeError(m_where, m_request.maxBody);
    }
    Failure failure;
    failure.curlCode = curlCode == CURLE_OK ? CURLE_PARTIAL_FILE : curlCode;
    curl_easy_getinfo(m_easy.get(), CURLINFO_SSL_VERIFYRESULT, &failure.verifyResult);
    failure.text = m_errorText.front() != '\0'
        ? m_errorText.data()
        : curl_easy_strerror(static_cast<CURLcode>(failure.curlCode));
    failure.host = m_where;
    failure.sent = m_progress.connected;
    failure.answered = m_response.status != 0;
    return transferError(failure);
}

Error Transfer::timedOut(const Due& due) const
{
    return timeoutError(due, m_where, m_progress.connected);
}

Error Transfer::cancelled() const
{
    return cancelledError(m_where, m_progress.connected);
}

void Transfer::finish(Result<Response> result)
{
    m_easy.reset();
    m_onStop.reset();
    wipeSecrets();
    if (m_handler.onDone) {
        std::exchange(m_handler.onDone, nullptr)(std::move(result));
    }
}

void Transfer::wipeSecrets()
{
    m_headers.reset();
    if (m_request.sensitive) {
        wipe(m_request.body);
    }
    for (auto& [key, value] : m_request.headers) {
        if (sameHeaderName(key, "Authorization")) {
            wipe(value);
        }
    }
}

} // namespace isthmus::http

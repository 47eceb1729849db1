// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/curl_transport.h"

#include "core/base/mutex.h"
#include "core/http/socket_options.h"
#include "core/http/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace isthmus::http {

namespace {

using TransferPtr = std::unique_ptr<Transfer>;

#if defined(__x86_64__)
constexpr const char* platform = "linux/amd64";
#elif defined(__aarch64__)
constexpr const char* platform = "linux/arm64";
#else
constexpr const char* platform = "linux";
#endif

/// Connections kept, busy ones counted, all endpoints together. libcurl's default follows the
/// number of transfers under way, so one quiet moment would close what the next burst needs. Idle
/// ones go by age.
constexpr long maxConnections = 1024;

struct MultiDeleter
{
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

using Multi = std::unique_ptr<CURLM, MultiDeleter>;

Multi makeMulti()
{
    // Once per process and never undone: others may use libcurl after us.
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    Multi multi(ready == CURLE_OK ? curl_multi_init() : nullptr);
    if (multi) {
        curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, long { CURLPIPE_NOTHING });
        curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, maxConnections);
    }
    return multi;
}

/// One endpoint's share of connections: what is under way, and who waits.
class Lane
{
public:
    void push(TransferPtr transfer) { m_waiting.push_back(std::move(transfer)); }

    /// The longest waiting transfer that fits the budget, counted as under way from now on; null
    /// where there is none.
    TransferPtr next(std::size_t budget)
    {
        const std::size_t reserved = budget > 1 ? std::max<std::size_t>(1, budget / 8) : 0;
        const bool any = m_active < budget;
        const bool stream = any && m_streams < budget - reserved;
        const auto fits = [any, stream](const TransferPtr& t) {
            return t->isStream() ? stream : any;
        };
        const auto found = std::ranges::find_if(m_waiting, fits);
        if (found == m_waiting.end()) {
            return nullptr;
        }
        TransferPtr transfer = std::move(*found);
        m_waiting.erase(found);
        ++m_active;
        m_streams += transfer->isStream() ? 1U : 0U;
        return transfer;
    }

    void release(const Transfer& transfer)
    {
        --m_active;
        m_streams -= transfer.isStream() ? 1U : 0U;
    }

    std::deque<TransferPtr>& waiting() { return m_waiting; }

    [[nodiscard]] bool unused() const { return m_active == 0 && m_waiting.empty(); }

private:
    std::deque<TransferPtr> m_waiting;
    std::size_t m_active = 0;
    std::size_t m_streams = 0;
};

} // namespace

/// The net thread. Everything but the inbox is touched by it alone. Handlers run on it and may
/// send(), which only fills the inbox: nothing that is being walked over changes under a handler.
class CurlTransport::Loop
{
public:
    explicit Loop(const CurlOptions& options)
        : m_userAgent("isthmus/" + options.version + " (" + platform + ")")
        , m_budget(std::max<std::size_t>(1, options.connectionsPerEndpoint))
        , m_multi(makeMulti())
        , m_thread([this](const std::stop_token& stop) { run(stop); })
    { }

    void push(TransferPtr transfer);

private:
    void run(const std::stop_token& stop);
    void wake();
    void takeInbox();
    void sweep();
    void startWaiting();
    void start(TransferPtr transfer);
    void collect();
    void poll();
    void cancelAll();
    TransferPtr takeActive(void* easy);

    const std::string m_userAgent;
    const std::size_t m_budget;
    const Multi m_multi;
    std::unordered_map<void*, TransferPtr> m_active; ///< by libcurl handle
    std::map<const Endpoint*, Lane> m_lanes; ///< each of its transfers keeps the endpoint alive

    Mutex m_mutex;
    std::vector<TransferPtr> m_inbox ISTHMUS_GUARDED_BY(m_mutex);
    bool m_closed ISTHMUS_GUARDED_BY(m_mutex) = false; ///< nobody looks into the inbox any more

    std::jthread m_thread; ///< last: starts when all else is there, joins before any of it goes
};

void CurlTransport::Loop::push(TransferPtr transfer)
{
    {
        const MutexLock lock(m_mutex);
        if (!m_closed) {
            m_inbox.push_back(std::move(transfer));
        }
    }
    if (transfer) {
        transfer->finish(transfer->cancelled());
        return;
    }
    wake();
}

void CurlTransport::Loop::wake()
{
    if (m_multi) {
        curl_multi_wakeup(m_multi.get());
    }
}

void CurlTransport::Loop::run(const std::stop_token& stop)
{
    blockSignals();
    const std::stop_callback wakeOnStop(stop, [this] { wake(); });
    while (m_multi && !stop.stop_requested()) {
        takeInbox();
        sweep();
        startWaiting();
        int running = 0;
        curl_multi_perform(m_multi.get(), &running);
        collect();
        startWaiting();
        poll();
    }
    cancelAll();
}

void CurlTransport::Loop::takeInbox()
{
    std::vector<TransferPtr> arrived;
    {
        const MutexLock lock(m_mutex);
        arrived.swap(m_inbox);
    }
    for (TransferPtr& transfer : arrived) {
        if (Result<void> accepted = transfer->accept([this] { wake(); }); !accepted) {
            transfer->finish(std::move(accepted).error());
            continue;
        }
        m_lanes[transfer->endpoint()].push(std::move(transfer));
    }
}

/// Ends what was stopped and what is overdue, wherever it stands.
void CurlTransport::Loop::sweep()
{
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto verdict = [now](const Transfer& transfer) -> std::optional<Error> {
        if (transfer.stopRequested()) {
            return transfer.cancelled();
        }
        const std::optional<Due> due = transfer.due();
        return due && due->at <= now ? std::optional(transfer.timedOut(*due)) : std::nullopt;
    };
    std::vector<std::pair<void*, Error>> ended;
    for (const auto& [easy, transfer] : m_active) {
        if (std::optional<Error> error = verdict(*transfer)) {
            ended.emplace_back(easy, std::move(*error));
        }
    }
    for (auto& [easy, error] : ended) {
        takeActive(easy)->finish(std::move(error));
    }
    for (auto& [endpoint, lane] : m_lanes) {
        std::erase_if(lane.waiting(), [&verdict](TransferPtr& transfer) {
            std::optional<Error> error = verdict(*transfer);
            if (error) {
                transfer->finish(std::move(*error));
            }
            return error.has_value();
        });
    }
    std::erase_if(m_lanes, [](const auto& entry) { return entry.second.unused(); });
}

void CurlTransport::Loop::startWaiting()
{
    for (auto& [endpoint, lane] : m_lanes) {
        while (TransferPtr transfer = lane.next(m_budget)) {
            start(std::move(transfer));
        }
    }
}

void CurlTransport::Loop::start(TransferPtr transfer)
{
    Result<void> started = transfer->start(m_userAgent, std::chrono::steady_clock::now());
    void* easy = transfer->easy();
    if (started && curl_multi_add_handle(m_multi.get(), easy) != CURLM_OK) {
        started = setupError({}, "curl_multi_add_handle");
    }
    if (!started) {
        m_lanes.at(transfer->endpoint()).release(*transfer);
        transfer->finish(std::move(started).error());
        return;
    }
    m_active.emplace(easy, std::move(transfer));
}

TransferPtr CurlTransport::Loop::takeActive(void* easy)
{
    auto node = m_active.extract(easy);
    TransferPtr transfer = std::move(node.mapped());
    curl_multi_remove_handle(m_multi.get(), easy);
    m_lanes.at(transfer->endpoint()).release(*transfer);
    return transfer;
}

void CurlTransport::Loop::collect()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(m_multi.get(), &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        const int code = message->data.result; // taking the handle out frees the message
        TransferPtr transfer = takeActive(message->easy_handle);
        Result<Response> outcome = transfer->outcome(code);
        transfer->finish(std::move(outcome));
    }
}

void CurlTransport::Loop::poll()
{
    SteadyTime next = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    const auto consider = [&next](const Transfer& transfer) {
        if (const std::optional<Due> due = transfer.due(); due && due->at < next) {
            next = due->at;
        }
    };
    for (const auto& [easy, transfer] : m_active) {
        consider(*transfer);
    }
    for (auto& [endpoint, lane] : m_lanes) {
        for (const TransferPtr& transfer : lane.waiting()) {
            consider(*transfer);
        }
    }
    const auto wait =
        std::chrono::ceil<Milliseconds>(next - std::chrono::steady_clock::now()).count();
    const int timeout = static_cast<int>(std::max<Milliseconds::rep>(0, wait));
    curl_multi_poll(m_multi.get(), nullptr, 0, timeout, nullptr);
}

void CurlTransport::Loop::cancelAll()
{
    while (!m_active.empty()) {
        const TransferPtr transfer = takeActive(m_active.begin()->first);
        transfer->finish(transfer->cancelled());
    }
    for (auto& [endpoint, lane] : m_lanes) {
        for (const TransferPtr& transfer : lane.waiting()) {
            transfer->finish(transfer->cancelled());
        }
    }
    m_lanes.clear();
    // A handler that hears "cancelled" may send something else; that is cancelled, too, until all
    // is quiet.
    for (;;) {
        std::vector<TransferPtr> arrived;
        {
            const MutexLock lock(m_mutex);
            arrived.swap(m_inbox);
            m_closed = arrived.empty();
        }
        if (arrived.empty()) {
            return;
        }
        for (const TransferPtr& transfer : arrived) {
            transfer->finish(transfer->cancelled());
        }
    }
}

CurlTransport::CurlTransport(CurlOptions options)
    : m_loop(std::make_unique<Loop>(options))
{ }

CurlTransport::~CurlTransport() = default;

void CurlTransport::send(std::shared_ptr<const Endpoint> endpoint,
                         Request request,
                         Handler handler,
                         std::stop_token stop)
{
    m_loop->push(std::make_unique<Transfer>(std::move(endpoint),
                                            std::move(request),
                                            std::move(handler),
                                            std::move(stop),
                                            std::chrono::steady_clock::now()));
}

} // namespace isthmus::http

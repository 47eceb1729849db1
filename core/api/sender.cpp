// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/sender.h"

#include "core/base/secret.h"
#include "core/kube/status.h"

#include <algorithm>
#include <condition_variable>
#include <map>

namespace isthmus::api {

namespace {

/// Beyond it a retry is not worth waiting for; the caller has its own plans by then.
constexpr std::chrono::seconds retryHorizon { 60 };
constexpr std::size_t errorBytes = std::size_t { 64 } << 10;

std::shared_ptr<const http::Endpoint> endpointOf(const kubeconfig::Connection& connection)
{
    auto endpoint = std::make_shared<http::Endpoint>();
    endpoint->url = connection.server;
    endpoint->caPem = connection.caPem;
    endpoint->clientCertificatePem = connection.clientCertificatePem;
    endpoint->clientKeyPem = connection.clientKeyPem;
    endpoint->tlsServerName = connection.tlsServerName;
    endpoint->insecureSkipVerify = connection.insecureSkipVerify;
    endpoint->proxyUrl = connection.proxyUrl;
    return endpoint;
}

Error notSent()
{
    return { .code = ErrorCode::Cancelled,
             .message = msg("api.not-sent"),
             .remedy = msg("api.not-sent.do"),
             .retry = Retry::Now };
}

/// Where answers wait for the thread that runs the batch.
class Inbox
{
public:
    using Answer = std::pair<std::size_t, Result<http::Response>>;

    void put(std::size_t index, Result<http::Response> outcome)
    {
        const std::lock_guard lock(m_mutex);
        m_answers.emplace_back(index, std::move(outcome));
        m_filled.notify_one();
    }

    /// Waits for answers, at most until `limit` where there is one.
    std::vector<Answer> take(std::optional<Milliseconds> limit)
    {
        std::unique_lock lock(m_mutex);
        const auto filled = [this] { return !m_answers.empty(); };
        if (limit) {
            m_filled.wait_for(lock, *limit, filled);
        } else {
            m_filled.wait(lock, filled);
        }
        return std::exchange(m_answers, {});
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_filled;
    std::vector<Answer> m_answers;
};

} // namespace

/// One run(): which jobs wait for their time, which are in flight. Lives on the thread that called.
class Batch
{
public:
    Batch(Sender& sender,
          std::vector<Job> jobs,
          const Sender::Answered& answered,
          std::stop_token stop)
        : m_sender(sender)
        , m_jobs(std::move(jobs))
        , m_answered(answered)
        , m_stop(std::move(stop))
        , m_tries(m_jobs.size())
        , m_results(m_jobs.size(), notSent())
        , m_horizon(sender.clock().steady() + retryHorizon)
    {
        for (std::size_t i = 0; i < m_jobs.size(); ++i) {
            m_waiting.emplace(SteadyTime::min(), i);
        }
    }

    std::vector<Result<http::Response>> run()
    {
        while (!m_waiting.empty() || m_inFlight > 0) {
            if (m_stop.stop_requested()) {
                giveUpWaiting();
            }
            sendDue();
            if (m_inFlight > 0) {
                for (auto& [index, outcome] : m_inbox->take(untilNextDue())) {
                    --m_inFlight;
                    decide(index, std::move(outcome));
                }
            } else if (!m_waiting.empty()) {
                m_sender.clock().sleepUntil(m_waiting.begin()->first, m_stop);
            }
        }
        return std::move(m_results);
    }

private:
    struct Tries
    {
        int count = 0;
        int generation = 0;
        bool renewed = false;
    };

    void giveUpWaiting()
    {
        for (const auto& [due, index] : std::exchange(m_waiting, {})) {
            // A retry that was waiting keeps the outcome it had.
            settle(index, std::move(m_results[index]));
        }
    }

    void sendDue()
    {
        while (!m_waiting.empty() && m_inFlight < m_sender.m_options.inFlight
               && m_waiting.begin()->first <= m_sender.clock().steady()) {
            const std::size_t index = m_waiting.begin()->second;
            m_waiting.erase(m_waiting.begin());
            send(index);
        }
    }

    void send(std::size_t index)
    {
        http::Request request = m_jobs[index].request;
        const Result<int> generation = m_sender.complete(request);
        if (!generation) {
            settle(index, generation.error());
            return;
        }
        Tries& tries = m_tries[index];
        tries.generation = *generation;
        ++tries.count;
        ++m_inFlight;
        http::Handler handler;
        handler.onDone = [inbox = m_inbox,
                          ledger = m_sender.m_ledger,
                          record = m_sender.m_ledger->sent(request),
                          index](Result<http::Response> outcome) {
            ledger->answered(record, outcome ? &*outcome : nullptr);
            inbox->put(index, std::move(outcome));
        };
        m_sender.m_transport.send(
            m_sender.m_endpoint, std::move(request), std::move(handler), m_stop);
    }

    /// How long the next waiting job takes to be due; nothing where none could be sent anyway.
    [[nodiscard]] std::optional<Milliseconds> untilNextDue() const
    {
        if (m_waiting.empty() || m_inFlight >= m_sender.m_options.inFlight) {
            return {};
        }
        const auto wait = m_waiting.begin()->first - m_sender.clock().steady();
        return std::max(Milliseconds { 0 }, std::chrono::ceil<Milliseconds>(wait));
    }

    void decide(std::size_t index, Result<http::Response> outcome)
    {
        Tries& tries = m_tries[index];
        const SteadyTime now = m_sender.clock().steady();
        if (outcome && outcome->status == 401 && !tries.renewed) {
            tries.renewed = true;
            if (m_sender.m_credentials->renew(tries.generation)) {
                m_results[index] = std::move(outcome);
                m_waiting.emplace(now, index);
                return;
            }
        }
        const auto delay = retryDelay(m_jobs[index].kind, tries.count, outcome, m_sender.random());
        if (!delay || now + *delay > m_horizon) {
            settle(index, std::move(outcome));
            return;
        }
        m_results[index] = std::move(outcome);
        m_waiting.emplace(m_sender.m_budget.reserve(now + *delay), index);
    }

    void settle(std::size_t index, Result<http::Response> outcome)
    {
        m_results[index] = std::move(outcome);
        if (m_jobs[index].request.sensitive) {
            wipe(m_jobs[index].request.body);
        }
        if (m_answered) {
            m_answered(index, m_results[index]);
        }
    }

    Sender& m_sender;
    std::vector<Job> m_jobs;
    const Sender::Answered& m_answered;
    std::stop_token m_stop;
    std::vector<Tries> m_tries;
    std::vector<Result<http::Response>> m_results;
    SteadyTime m_horizon;
    std::multimap<SteadyTime, std::size_t> m_waiting; ///< by when they are due
    int m_inFlight = 0;
    std::shared_ptr<Inbox> m_inbox = std::make_shared<Inbox>();
};

Sender::Sender(http::Transport& transport,
               const kubeconfig::Connection& connection,
               std::shared_ptr<Ledger> ledger,
               Options options)
    : m_transport(transport)
    , m_endpoint(endpointOf(connection))
    , m_credentials(std::make_shared<Credentials>(connection, options.clock))
    , m_ledger(std::move(ledger))
    , m_options(std::move(options))
    , m_compress(!connection.disableCompression)
{ }

std::vector<Result<http::Response>>
Sender::run(std::vector<Job> jobs, const Answered& answered, const std::stop_token& stop)
{
    return Batch(*this, std::move(jobs), answered, stop).run();
}

Result<http::Response> Sender::run(Job job, const std::stop_token& stop)
{
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    return std::move(run(std::move(jobs), {}, stop).front());
}

namespace {

/// What one stream has seen so far; net thread only.
struct Stream
{
    StreamHandler handler;
    std::shared_ptr<Ledger> ledger;
    std::shared_ptr<Credentials> credentials;
    int generation = 0;
    AuditRecord record;
    http::Response refusal; ///< status, headers and the first bytes of an error's body
    bool good = false;
    bool entered = false;

    void enter(const http::Response* response)
    {
        if (!std::exchange(entered, true)) {
            ledger->answered(record, response);
        }
    }

    void headers(const http::Response& response)
    {
        enter(&response);
        good = response.status == 200;
        refusal.status = response.status;
        refusal.headers = response.headers;
        if (good && handler.onOpen) {
            handler.onOpen();
        }
    }

    bool bytes(std::string_view piece)
    {
        if (good) {
            return handler.onBytes(piece);
        }
        refusal.body += piece.substr(0, errorBytes - std::min(errorBytes, refusal.body.size()));
        return true;
    }

    void done(Result<http::Response> outcome)
    {
        enter(outcome ? &*outcome : nullptr);
        StreamEnd end;
        if (!outcome) {
            end.error = std::move(outcome).error();
        } else if (!good) {
            end.error = kube::errorOf(refusal);
            end.retryAfter = kube::retryAfter(refusal);
            if (refusal.status == 401) {
                credentials->expire(generation);
            }
        }
        handler.onEnd(std::move(end));
    }
};

} // namespace

void Sender::stream(http::Request request, StreamHandler handler, const std::stop_token& stop)
{
    const Result<int> generation = complete(request);
    if (!generation) {
        handler.onEnd({ .error = generation.error() });
        return;
    }
    auto stream = std::make_shared<Stream>();
    stream->handler = std::move(handler);
    stream->ledger = m_ledger;
    stream->credentials = m_credentials;
    stream->generation = *generation;
    stream->record = m_ledger->sent(request);
    http::Handler out;
    out.onHeaders = [stream](const http::Response& response) { stream->headers(response); };
    out.onBody = [stream](std::string_view piece) { return stream->bytes(piece); };
    out.onDone = [stream](Result<http::Response> outcome) { stream->done(std::move(outcome)); };
    m_transport.send(m_endpoint, std::move(request), std::move(out), stop);
}

double Sender::random()
{
    const std::lock_guard lock(m_randomMutex);
    return std::uniform_real_distribution<double>()(m_random);
}

Result<int> Sender::complete(http::Request& request)
{
    auto proof = m_credentials->proof();
    if (!proof) {
        return std::move(proof).error();
    }
    request.headers.emplace_back("User-Agent", m_options.userAgent);
    std::ranges::move(proof->headers, std::back_inserter(request.headers));
    request.compressed = request.compressed && m_compress;
    return proof->generation;
}

} // namespace isthmus::api

// SPDX-License-Identifier: GPL-3.0-or-later
// The one place where requests leave: adds who we are, keeps several in flight, sends again what
// may be sent again, and enters each sending in the ledger. Thread-safe; owned by the Client.
#pragma once

#include "core/api/credentials.h"
#include "core/api/ledger.h"
#include "core/api/retry.h"
#include "core/api/types.h"
#include "core/base/result.h"
#include "core/http/transport.h"
#include "core/kubeconfig/connection.h"

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::api {

struct Job
{
    http::Request request;
    JobKind kind = JobKind::Read;
};

class Sender
{
public:
    struct Options
    {
        const Clock& clock;
        int inFlight = 8;
        std::string userAgent = "isthmus";
    };

    using Answered = std::function<void(std::size_t, const Result<http::Response>&)>;

    Sender(http::Transport& transport,
           const kubeconfig::Connection& connection,
           std::shared_ptr<Ledger> ledger,
           Options options);

    /// Answers in the order of the jobs; waits for all of them. `answered` is called on this thread
    /// as each is settled. After a stop nothing more is sent; what was not sent answers Cancelled,
    /// Retry::Now.
    [[nodiscard]] std::vector<Result<http::Response>>
    run(std::vector<Job> jobs, const Answered& answered, const std::stop_token& stop);

    /// A batch of one.
    [[nodiscard]] Result<http::Response> run(Job job, const std::stop_token& stop);

    /// One try, streamed; an error status becomes the error of the end.
    void stream(http::Request request, StreamHandler handler, const std::stop_token& stop);

    [[nodiscard]] const Clock& clock() const { return m_options.clock; }

    /// Uniform in [0, 1).
    [[nodiscard]] double random();

private:
    friend class Batch;

    /// Adds what every request carries; also says which token it was.
    [[nodiscard]] Result<int> complete(http::Request& request);

    http::Transport& m_transport;
    std::shared_ptr<const http::Endpoint> m_endpoint;
    std::shared_ptr<Credentials> m_credentials;
    std::shared_ptr<Ledger> m_ledger;
    RetryBudget m_budget;
    Options m_options;
    bool m_compress;
    std::mutex m_randomMutex;
    std::minstd_rand m_random { std::random_device {}() };
};

} // namespace isthmus::api

// SPDX-License-Identifier: GPL-3.0-or-later
// Real HTTPS requests through an ingress gateway, counted by the cluster that answered. The truth
// is the answer itself: the shop's frontend says who it is in its JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace isthmus::test {

struct RequestPlan
{
    std::string address; ///< of the ingress gateway's load balancer
    std::string host; ///< name in the URL and in the certificate
    std::string caFile;
    int count = 200;
    std::string path = "/?backends=no"; ///< answers without calling the back ends
    int connections = 4; ///< kept alive, used at the same time
    int port = 443;
    int timeoutSeconds = 10; ///< of one request
};

struct Counts
{
    /// "c1" → n; requests without such an answer as "HTTP 503" or "curl 28".
    std::map<std::string, int> answers;
    double slowestSeconds = 0;

    [[nodiscard]] int of(const std::string& who) const;
    [[nodiscard]] int total() const;
    /// Without an answer that names a cluster.
    [[nodiscard]] int failed() const;
    /// "c1 102, c2 98", for messages.
    [[nodiscard]] std::string describe() const;
};

/// Sends all of them and waits for the answers.
[[nodiscard]] Counts sendRequests(const RequestPlan& plan);

/// Whether n of `total` is what a share says, within four standard deviations: one false alarm in
/// 16,000.
[[nodiscard]] bool isPlausible(int n, int total, double share);

/// Reads what the transfers wrote; pure.
void addAnswers(std::string_view output, Counts& counts);

} // namespace isthmus::test

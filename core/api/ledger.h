// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept about every request that leaves: audit, the number of writes, the server's clock,
// warnings. Thread-safe; shared by the Sender and the requests in flight.
#pragma once

#include "core/api/types.h"
#include "core/base/clock.h"
#include "core/http/message.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::api {

/// "Tue, 15 Nov 1994 08:12:31 GMT", the one form of a date that HTTP servers send.
[[nodiscard]] std::optional<UtcTime> parseHttpDate(std::string_view text);
/// The texts of a response's Warning headers, unquoted.
[[nodiscard]] std::vector<std::string> warningsIn(const http::Response& response);
/// What an audit record and the count of writes need to know, read from the request itself.
[[nodiscard]] AuditRecord
describe(const http::Request& request, const ClusterId& cluster, UtcTime at);
/// Any verb but GET and HEAD without dryRun, access and token reviews excepted (design decision
/// 15).
[[nodiscard]] bool isWrite(const http::Request& request);

class Ledger
{
public:
    struct Options
    {
        ClusterId cluster;
        const Clock& clock;
        std::function<void(const AuditRecord&)> audit = {};
        std::function<void(const std::string&)> warning = {};
    };

    explicit Ledger(Options options);

    /// A request is about to leave; the record goes back with answered().
    [[nodiscard]] AuditRecord sent(const http::Request& request);
    /// Its answer, or null where there was none.
    void answered(AuditRecord record, const http::Response* response);

    [[nodiscard]] int writesSent() const { return m_writes.load(); }

    [[nodiscard]] std::optional<Milliseconds> clockSkew() const;

private:
    static constexpr long long unknown = INT64_MIN;

    Options m_options;
    std::atomic<int> m_writes { 0 };
    std::atomic<long long> m_skew { unknown };
};

} // namespace isthmus::api

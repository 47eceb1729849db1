// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated cluster without sockets, and requests to it as text.
#pragma once

#include "core/json/parse.h"
#include "core/sim/cluster.h"
#include "tests/support/manual_clock.h"

#include <string>

namespace isthmus::test {

struct SimBed
{
    explicit SimBed(std::size_t logLimit = 20'000)
        : cluster({ .clock = clock, .name = "sim-1", .caPem = "the root", .logLimit = logLimit })
    { }

    sim::Reply ask(const std::string& method,
                   const std::string& target,
                   const std::string& body = {},
                   const std::string& type = "application/json")
    {
        return cluster.handle({ .method = method,
                                .target = target,
                                .contentType = type,
                                .userAgent = "tester/1.0",
                                .body = body,
                                .identity = { .user = "admin", .groups = { "system:masters" } } });
    }

    json::Value get(const std::string& target)
    {
        auto parsed = json::parse(ask("GET", target).body);
        return parsed ? *parsed : json::Value();
    }

    sim::Reply apply(const std::string& target,
                     const std::string& manager,
                     const std::string& body,
                     const std::string& more = {})
    {
        return ask("PATCH",
                   target + "?fieldManager=" + manager + more,
                   body,
                   "application/apply-patch+yaml");
    }

    ManualClock clock;
    sim::Cluster cluster;
};

inline json::Value bodyOf(const sim::Reply& reply)
{
    auto parsed = json::parse(reply.body);
    return parsed ? *parsed : json::Value();
}

/// "409 the message"
inline std::string answerOf(const sim::Reply& reply)
{
    return std::to_string(reply.status) + ' ' + bodyOf(reply)["message"].string();
}

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Which deadline of a request comes next: pure, so that it is tested without waiting.
#pragma once

#include "core/http/message.h"

#include <optional>

namespace isthmus::http {

/// What a request was waiting for.
enum class Phase
{
    Queue,
    Connect,
    FirstByte,
    Total,
    Silence
};

/// How far a request has come. What is not reached is empty.
struct Progress
{
    SteadyTime queued; ///< send()
    std::optional<SteadyTime> started = {}; ///< given a place among the endpoint's connections
    bool connected = false; ///< a connection is ready and the request goes out
    std::optional<SteadyTime> lastByte = {}; ///< end of the header, then each piece of the body
};

struct Due
{
    SteadyTime at;
    Phase phase;
    Milliseconds limit; ///< the deadline that runs out then
};

/// The earliest deadline that applies now; nothing where the request may take for ever.
[[nodiscard]] std::optional<Due> nextDue(const Deadlines& deadlines, const Progress& progress);

} // namespace isthmus::http

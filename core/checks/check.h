// SPDX-License-Identifier: GPL-3.0-or-later
// What a check says: an outcome with its evidence, and what to do about it. Values; any thread.
#pragma once

#include "core/base/clock.h"
#include "core/base/diagnostics.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/message.h"
#include "core/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::checks {

/// In the order of the CLI's contract.
enum class Outcome
{
    Pass,
    Warn, ///< it can work, but somebody should look
    Fail,
    Unknown, ///< it could not be found out
    Skipped, ///< there was nothing to find out, or no point in trying
};

/// "pass", "warn", …
[[nodiscard]] std::string_view name(Outcome outcome);

struct CheckItem
{
    std::string id; ///< "P1" … "P13", "helm"
    ClusterId from = {}; ///< the cluster it is about; empty where it is about none
    ClusterId to = {}; ///< the other one of a pair; else empty
    Outcome outcome = Outcome::Unknown;
    Message evidence = {}; ///< what was seen; may be empty
    Message cause = {}; ///< what is wrong; empty where it passed
    Message remedy = {}; ///< what to do; empty where there is nothing to do
    Milliseconds took { 0 };

    friend bool operator==(const CheckItem&, const CheckItem&) = default;
};

/// What the check is about, for people: "the two contexts are two clusters".
[[nodiscard]] Message title(std::string_view id);

/// The item of a check whose facts could not be read: unknown, or skipped where somebody stopped
/// it. A missing right is named in cause and remedy.
[[nodiscard]] CheckItem
unread(std::string_view id, const ClusterId& from, const ClusterId& to, const Error& error);
/// The item of a check that was not tried because `away` did not answer.
[[nodiscard]] CheckItem
notTried(std::string_view id, const ClusterId& from, const ClusterId& to, const ClusterId& away);

struct Report
{
    std::string stage; ///< "preflight"
    std::vector<CheckItem> items = {};

    /// Nothing failed and nothing is unknown: exit code 0, else 3.
    [[nodiscard]] bool good() const;
    /// CheckReport as the CLI's contract has it: every field is there, texts are English.
    [[nodiscard]] json::Value toJson() const;
};

/// Sorts by check (P1, P2, … P10, …, helm); items of one check keep their order.
void sortByCheck(std::vector<CheckItem>& items);

/// The failures, as a plan is refused with them. Unknowns do not block: the plan finds out itself.
[[nodiscard]] Diagnostics blocking(const Report& report);

/// A line per item: "P1 onprem pass: v1.36.3 …", then cause and remedy. For tests and logs.
[[nodiscard]] std::string dump(const std::vector<CheckItem>& items);

} // namespace isthmus::checks

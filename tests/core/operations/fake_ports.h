// SPDX-License-Identifier: GPL-3.0-or-later
// What steps need beside the clusters, played from memory: charts by name, a probe that answers as
// told and remembers what it was asked, a passphrase or none.
#pragma once

#include "core/operations/ports.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::test {

class FakeCharts final : public operations::ChartPort
{
public:
    std::function<std::vector<json::Value>(const operations::ChartRequest&)> rendered = {};
    std::optional<Error> error = {};
    std::vector<operations::ChartRequest> requests = {};

    Result<std::vector<json::Value>> render(const operations::ChartRequest& request,
                                            std::stop_token /*stop*/) override
    {
        requests.push_back(request);
        if (error) {
            return *error;
        }
        return rendered ? rendered(request) : std::vector<json::Value>();
    }
};

class FakeProbes final : public operations::ProbePort
{
public:
    std::optional<Error> tokenError = {};
    std::vector<operations::TokenTrial> trials = {};
    /// Called before the trial is answered: to look at the world as it was then.
    std::function<void()> onTrial = {};
    /// The answer of the n-th visit; without it every visit is answered with 200.
    std::function<Result<operations::VisitAnswer>(const operations::Visit&, std::size_t)>
        answer = {};
    std::vector<operations::Visit> visits = {};

    Result<void> tryToken(const operations::TokenTrial& trial, std::stop_token /*stop*/) override
    {
        trials.push_back(trial);
        if (onTrial) {
            onTrial();
        }
        return tokenError ? Result<void>(*tokenError) : Result<void>();
    }

    Result<operations::VisitAnswer> visit(const operations::Visit& visit,
                                          std::stop_token /*stop*/) override
    {
        visits.push_back(visit);
        return answer ? answer(visit, visits.size() - 1)
                      : operations::VisitAnswer { .status = 200, .took = Milliseconds(12) };
    }
};

class FakePassphrases final : public operations::PassphrasePort
{
public:
    std::optional<std::string> word = {};
    std::vector<std::string> asked = {};

    Result<Secret> passphrase(const std::string& what, bool isNew) override
    {
        asked.push_back((isNew ? "new " : "") + what);
        return word ? Result<Secret>(Secret(*word))
                    : Error { ErrorCode::Refused, msg("app.stopped-early") };
    }
};

struct FakePorts
{
    FakeCharts charts = {};
    FakeProbes probes = {};
    FakePassphrases passphrases = {};

    [[nodiscard]] operations::Ports all() { return { charts, probes, passphrases }; }
};

} // namespace isthmus::test

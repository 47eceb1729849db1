// SPDX-License-Identifier: GPL-3.0-or-later
// Two clusters, the hands of one step without a journal, and what it answered as text.
#pragma once

#include "core/base/strings.h"
#include "core/plan/behaviour.h"
#include "tests/support/fake_cluster.h"

#include <map>
#include <string>
#include <vector>

namespace isthmus::test {

/// The two clusters of a run.
class FakeClusters final : public plan::ClusterPorts
{
public:
    FakeCluster onprem = {};
    FakeCluster gke = {};

    plan::ClusterPort* find(const ClusterId& id) override
    {
        return id.str() == "onprem" ? &onprem : id.str() == "gke" ? &gke : nullptr;
    }
};

class FakeContext final : public plan::WriteContext
{
public:
    explicit FakeContext(plan::ReadContext read)
        : WriteContext(std::move(read))
    { }

    std::string said = {}; ///< a line each
    std::map<std::string, std::string> filled = {};
    std::vector<plan::PreparedWrite> prepared = {};
    std::function<void()> beforeWrite = {}; ///< once: somebody else is faster

    Result<std::vector<json::Value>> write(const ClusterId& cluster,
                                           std::vector<plan::PreparedWrite> writes) override
    {
        if (beforeWrite) {
            std::exchange(beforeWrite, {})();
        }
        std::vector<json::Value> out;
        for (plan::PreparedWrite& one : writes) {
            const std::vector<kube::Write> single { one.write };
            Result<json::Value> sent =
                std::move(clusters.find(cluster)->writeAll(single, {}, stop).front());
            prepared.push_back(std::move(one));
            if (!sent) {
                return std::move(sent).error();
            }
            out.push_back(std::move(*sent));
        }
        return out;
    }

    Result<void> fill(const std::string& holeName, const std::string& value) override
    {
        filled[holeName] = value;
        return {};
    }

    void say(const Message& message) override { said += text(message) + "\n"; }

    [[nodiscard]] const OperationId& operation() const override { return m_id; }

private:
    OperationId m_id { "20261123T120000Z-1a2b" };
};

/// What an inspection found, as text: state, changes with their diffs, problems, values.
inline std::string dump(const plan::Inspection& found)
{
    using State = plan::Inspection::State;
    std::string out = found.state == State::AlreadyRight ? "already right\n"
        : found.state == State::Needed                   ? "needed\n"
        : found.state == State::Deferred                 ? "deferred\n"
                                                         : "blocked\n";
    for (const plan::Change& change : found.changes) {
        out += std::string(name(change.action)) + " " + change.cluster.str() + " "
            + text(change.key) + (change.note.empty() ? "" : " (" + change.note + ")") + "\n"
            + change.diff;
    }
    out += isthmus::dump(found.problems);
    for (const auto& [hole, value] : found.values) {
        out += hole + " = " + value.substr(0, value.find('\n')) + "\n";
    }
    return out;
}

/// Code, what, why, where, what to do: an error as a person reads it.
inline std::string dump(const Error& error)
{
    return std::string(name(error.code)) + ": " + text(error.message) + "\n  why: " + error.detail
        + "\n  where: " + error.subject + "\n  do: " + text(error.remedy) + "\n";
}

inline std::string dump(const Result<void>& result)
{
    return result ? "done\n" : dump(result.error());
}

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Simulated clusters, served until somebody stops them.
#include "app/cli/audit.h"
#include "app/cli/commands/commands.h"
#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/sim/fleet.h"
#include "core/sim/request.h"

#include <condition_variable>
#include <mutex>

namespace isthmus::cli {

namespace {

constexpr long long mostClusters = 16;

Error badValue(const char* flag, std::string value)
{
    return Error { ErrorCode::Usage,
                   msg("app.bad-flag-value", { { "value", std::move(value) }, { "flag", flag } }) };
}

Result<sim::FleetOptions> fleetOptions(const Context& context)
{
    sim::FleetOptions options;
    if (const auto text = context.arguments.value("clusters")) {
        const auto count = toInteger(*text);
        if (!count || *count < 1 || *count > mostClusters) {
            return badValue("--clusters", *text);
        }
        options.names.clear();
        for (long long i = 1; i <= *count; ++i) {
            options.names.push_back("sim-" + std::to_string(i));
        }
    }
    if (const auto text = context.arguments.value("seed")) {
        const auto seed = toInteger(*text);
        if (!seed || *seed < 0) {
            return badValue("--seed", *text);
        }
        options.seed = static_cast<std::uint64_t>(*seed);
    }
    return options;
}

api::AuditRecord auditRecord(const sim::Received& received)
{
    const sim::Route route = sim::parseTarget(received.target);
    return { .at = received.at,
             .cluster = ClusterId(received.cluster),
             .verb = received.method,
             .path = received.target,
             .dryRun = !route.parameter("dryRun").empty(),
             .fieldManager = route.parameter("fieldManager"),
             .status = received.status };
}

json::Value readyDocument(const std::string& file, const sim::Fleet& fleet)
{
    json::Array clusters;
    for (const sim::Fleet::Member& each : fleet.members()) {
        clusters.push_back(json::Object { { "name", each.name }, { "server", each.server } });
    }
    return document("SimReady", { { "kubeconfig", file }, { "clusters", std::move(clusters) } });
}

void waitForStop(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
}

} // namespace

Result<int> runSim(Context& context)
{
    const auto file = context.arguments.value("kubeconfig");
    if (!file || file->empty()) {
        return Error { ErrorCode::Usage, msg("app.sim-needs-kubeconfig") };
    }
    Result<sim::FleetOptions> options = fleetOptions(context);
    if (!options) {
        return std::move(options).error();
    }
    if (const auto path = context.arguments.value("audit")) {
        Result<std::shared_ptr<AuditLog>> log = AuditLog::open(*path);
        if (!log) {
            return std::move(log).error();
        }
        options->onReceived = [log = *log](const sim::Received& received) {
            log->add(auditRecord(received));
        };
    }
    const Result<sim::Fleet> fleet = sim::Fleet::start(context.clock, std::move(*options));
    if (!fleet) {
        return Error(fleet.error());
    }
    const std::string path = std::filesystem::absolute(*file).string();
    if (Result<void> written = writeFile(path, fleet->kubeconfig().reveal()); !written) {
        return std::move(written).error();
    }
    context.out.write(json::write(readyDocument(path, *fleet)) + '\n');
    waitForStop(context.stop);
    return exit_code::done;
}

} // namespace isthmus::cli

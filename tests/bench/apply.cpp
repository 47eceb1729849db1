// SPDX-License-Identifier: GPL-3.0-or-later
// Both sides start as a process, read the same file, and create the same objects in a namespace of
// their own that was empty.
#include "core/api/client.h"
#include "core/base/file.h"
#include "core/http/curl_transport.h"
#include "core/kube/order.h"
#include "core/kubeconfig/kubeconfig.h"
#include "core/yaml/document.h"
#include "tests/bench/benches.h"
#include "tests/bench/measure.h"

#include <cstdio>

namespace isthmus::bench {

namespace {

constexpr int objects = 200;
constexpr int rounds = 5;

/// ConfigMaps, since no controller acts on them: what is measured is the way to the server.
std::string manifest(int n, const std::string& ns)
{
    return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: bench-" + std::to_string(n)
        + ", namespace: " + ns
        + ", labels: {app: bench}}\ndata: {colour: green, shape: round, text: \""
        + std::string(400, 'x') + "\"}\n";
}

/// A namespace with nothing in it and the file that fills it.
Result<std::string> prepare(const TestBed& bed, const std::string& ns)
{
    const Result<exec::Outcome> made =
        exec::run(bed.command("kubectl", { "--context", "c1", "create", "namespace", ns }));
    if (!made) {
        return Error(made.error());
    }
    std::string text;
    for (int n = 0; n < objects; ++n) {
        text += manifest(n, ns);
    }
    const std::string path = bed.folder() / (ns + ".yaml");
    if (const Result<void> written = writeFile(path, text); !written) {
        return Error(written.error());
    }
    return path;
}

std::string namespaceOf(const std::string& who, int round)
{
    return who + "-" + std::to_string(round);
}

exec::Command kubectl(const TestBed& bed, const std::string& who, int round, bool validate)
{
    return bed.command("kubectl",
                       { "--context",
                         "c1",
                         "apply",
                         "--server-side",
                         validate ? "--validate=true" : "--validate=false",
                         "-f",
                         bed.folder() / (namespaceOf(who, round) + ".yaml") });
}

std::string cpuNote(const Sample& ours, const Sample& theirs)
{
    char text[160];
    (void)std::snprintf(text,
                        sizeof text,
                        "processes from start to end, medians of %d, taking turns; CPU %.0f ms "
                        "against %.0f ms",
                        rounds,
                        ours.cpuMs,
                        theirs.cpuMs);
    return text;
}

} // namespace

Result<void>
applyFile(const std::string& file, const std::string& kubeconfig, const std::string& context)
{
    const Result<std::string> text = readFile(file);
    if (!text) {
        return text.error();
    }
    auto manifests = yaml::parseManifests(*text, file);
    auto config = kubeconfig::Kubeconfig::load(kubeconfig::searchPath(kubeconfig));
    if (!manifests || !config) {
        return manifests ? config.error() : manifests.error();
    }
    auto connection = config->resolve(context);
    if (!connection) {
        return connection.error();
    }
    const SystemClock clock;
    http::CurlTransport transport;
    api::Client client(
        transport, *std::move(connection), { .cluster = ClusterId(context), .clock = clock });
    for (const std::vector<std::size_t>& wave : kube::applyWaves(*manifests)) {
        std::vector<api::Write> writes;
        for (const std::size_t i : wave) {
            writes.push_back({ .key = kube::keyOf((*manifests)[i]), .body = (*manifests)[i] });
        }
        for (const auto& written : client.writeAll(writes)) {
            if (!written) {
                return written.error();
            }
        }
    }
    return {};
}

std::vector<Row> benchApply(const TestBed& bed)
{
    std::vector<Row> rows {
        { .name = "apply 200 ConfigMaps", .against = "kubectl apply --server-side", .bound = 20 },
        { .name = "apply 200 ConfigMaps",
          .against = "kubectl apply --server-side --validate=false",
          .bound = 3 }
    };
    for (int round = 0; round <= rounds; ++round) {
        for (const char* who : { "ours", "checked", "unchecked" }) {
            if (auto ready = prepare(bed, namespaceOf(who, round)); !ready) {
                return unmeasured(std::move(rows), ready.error());
            }
        }
    }
    const auto ours = [&](int round) {
        exec::Command command =
            bed.command(ownFolder() / "isthmus-bench",
                        { "--apply", bed.folder() / (namespaceOf("ours", round) + ".yaml"), "c1" });
        return command;
    };
    const auto medians =
        compete({ { "ours", ours },
                  { "kubectl", [&](int round) { return kubectl(bed, "checked", round, true); } },
                  { "kubectl --validate=false",
                    [&](int round) { return kubectl(bed, "unchecked", round, false); } } },
                rounds);
    if (!medians) {
        return unmeasured(std::move(rows), medians.error());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].value = (*medians)[0].wallMs;
        rows[i].other = (*medians)[i + 1].wallMs;
        rows[i].note = cpuNote((*medians)[0], (*medians)[i + 1]);
    }
    return rows;
}

} // namespace isthmus::bench

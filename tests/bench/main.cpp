// SPDX-License-Identifier: GPL-3.0-or-later
// isthmus-bench: measures this build against kubectl and helm on real API servers.
//
//   isthmus-bench [--json FILE] [--only launch|apply|install]
//
// Takes the beds that it needs up, and down again. A row whose aim is missed says so; the exit code
// is 0 all the same, as times depend on the machine, and 1 where nothing could be measured.
#include "core/base/environment.h"
#include "core/base/file.h"
#include "tests/bench/benches.h"
#include "tests/bench/measure.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

using namespace isthmus;
using namespace isthmus::bench;

namespace isthmus::bench {

std::vector<Row> unmeasured(std::vector<Row> rows, const Error& error)
{
    for (Row& row : rows) {
        row.note = describe(error);
    }
    return rows;
}

} // namespace isthmus::bench

namespace {

constexpr const char* usage = "usage: isthmus-bench [--json FILE] [--only launch|apply|install]\n";

void append(std::vector<Row>& rows, std::vector<Row> more)
{
    rows.insert(
        rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Row> measure(const std::string& only)
{
    const auto isWanted = [&](const char* name) {
        return !isStopped() && (only.empty() || only == name);
    };
    std::vector<Row> rows;
    if (isWanted("launch") || isWanted("apply")) {
        const Result<TestBed> bed = TestBed::up("lite");
        if (!bed) {
            (void)std::fprintf(stderr, "no bed: %s\n", describe(bed.error()).c_str());
            return rows;
        }
        if (isWanted("launch")) {
            append(rows, benchFirstList(*bed));
        }
        if (isWanted("apply")) {
            append(rows, benchApply(*bed));
        }
    }
    if (isWanted("install")) {
        append(rows, benchInstall());
    }
    return rows;
}

int applyAsChild(const std::string& file, const std::string& context)
{
    const auto kubeconfig = environment("KUBECONFIG");
    const Result<void> applied = applyFile(file, kubeconfig.value_or(""), context);
    if (!applied) {
        (void)std::fprintf(stderr, "%s\n", describe(applied.error()).c_str());
    }
    return applied ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 3 && arguments[0] == "--apply") {
        return applyAsChild(arguments[1], arguments[2]);
    }
    std::string file;
    std::string only;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const bool known = arguments[i] == "--json" || arguments[i] == "--only";
        if (!known || i + 1 == arguments.size()) {
            (void)std::fprintf(stderr, "%s", usage);
            return 2;
        }
        (arguments[i] == "--json" ? file : only) = arguments[i + 1];
    }
    if (!only.empty() && only != "launch" && only != "apply" && only != "install") {
        (void)std::fprintf(stderr, "%s", usage);
        return 2;
    }
    stopOnSignals();
    const std::vector<Row> rows = measure(only);
    (void)std::fputs(table(rows).c_str(), stdout);
    if (!file.empty()) {
        const Result<void> written = writeFile(file, json::writePretty(document(rows)) + "\n");
        if (!written) {
            (void)std::fprintf(stderr, "%s\n", describe(written.error()).c_str());
            return 1;
        }
    }
    return std::ranges::any_of(rows, [](const Row& row) { return row.value.has_value(); }) ? 0 : 1;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/test_bed.h"

#include "core/base/environment.h"
#include "core/base/file.h"
#include "core/base/strings.h"

#include <unistd.h>

#include <utility>

namespace isthmus::bench {

namespace {

constexpr Milliseconds patience { 300'000 };
constexpr int skipped = 77;

exec::Command bedScript(std::vector<std::string> arguments)
{
    return { .program = std::string(ISTHMUS_SOURCE_DIR) + "/tests/real/bed",
             .arguments = std::move(arguments),
             .wholeEnvironment = true,
             .deadline = patience };
}

std::map<std::string, std::string> fieldsIn(const std::string& text)
{
    std::map<std::string, std::string> fields;
    for (const std::string& line : split(text, '\n')) {
        if (const std::size_t equals = line.find('='); equals != std::string::npos) {
            fields[line.substr(0, equals)] = line.substr(equals + 1);
        }
    }
    return fields;
}

Error notUp(std::string why, ErrorCode code)
{
    return { code, msg("it did not succeed"), std::move(why), "the test bed" };
}

} // namespace

std::filesystem::path ownFolder()
{
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

TestBed::TestBed(std::filesystem::path folder, std::map<std::string, std::string> fields)
    : m_folder(std::move(folder))
    , m_fields(std::move(fields))
{ }

TestBed::TestBed(TestBed&& other) noexcept
    : m_folder(std::exchange(other.m_folder, {}))
    , m_fields(std::move(other.m_fields))
{ }

TestBed::~TestBed()
{
    if (!m_folder.empty()) {
        (void)exec::run(bedScript({ "down", m_folder / "bed" }));
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
}

Result<TestBed> TestBed::up(const std::string& mode)
{
    std::string folder = std::filesystem::temp_directory_path() / "isthmus-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        return notUp("no folder for it", ErrorCode::Internal);
    }
    TestBed bed(folder, {}); // takes down what came up by half, too
    const std::string file = bed.m_folder / "bed";
    const Result<exec::Outcome> outcome = exec::run(bedScript({ "up", mode, file }));
    if (!outcome) {
        return Error(outcome.error());
    }
    const Result<std::string> written = readFile(file);
    bed.m_fields = fieldsIn(written ? *written : std::string());
    if (outcome->exitCode != 0) {
        return notUp(bed.m_fields["skip"],
                     outcome->exitCode == skipped ? ErrorCode::Unsupported : ErrorCode::Internal);
    }
    return bed;
}

exec::Command TestBed::command(const std::string& program, std::vector<std::string> arguments) const
{
    const std::string& state = m_fields.at("state");
    const std::string& cache = m_fields.at("cache");
    return { .program = exec::findProgram(program).value_or(program),
             .arguments = std::move(arguments),
             .environment = { { "KUBECONFIG", state + "/kubeconfig" },
                              { "KUBECACHEDIR", m_folder / "kubectl" },
                              { "PATH",
                                cache + "/bin:" + isthmus::environment("PATH").value_or("/bin") },
                              { "REALMESH_STATE", state },
                              { "REALMESH_CACHE", cache },
                              { "REALMESH_BASE_PORT", m_fields.at("port") } },
             .deadline = patience };
}

exec::Command TestBed::isthmusctl(std::vector<std::string> arguments) const
{
    exec::Command out = command(ownFolder() / "isthmusctl", std::move(arguments));
    out.environment.emplace_back("ISTHMUS_STATE_DIR", m_folder / "state");
    return out;
}

exec::Command TestBed::script(const std::string& name, std::vector<std::string> arguments) const
{
    return command(m_fields.at("realmesh") + "/" + name, std::move(arguments));
}

Result<std::string> TestBed::meshFile(bool withSecond) const
{
    const std::string charts = m_fields.at("cache") + "/share/charts";
    const Result<std::string> chart = readFile(charts + "/base/Chart.yaml");
    if (!chart) {
        return Error(chart.error());
    }
    std::string version;
    for (const std::string& line : split(*chart, '\n')) {
        if (line.starts_with("appVersion: ")) {
            version = trimmed(std::string_view(line).substr(line.find(' ')));
        }
    }
    std::string text = "apiVersion: isthmus/v1\nkind: Mesh\nmetadata: {name: mesh1}\nspec:\n"
                       "  istio: {version: "
        + version + ", charts: {directory: " + charts
        + "}}\n  trust: {root: generate, rootKey: discard}\n  clusters:\n"
          "    - {name: c1, context: c1, role: primary, network: network1}\n";
    if (withSecond) {
        text += "    - {name: c2, context: c2, role: remote, network: network2}\n";
    }
    const std::string path = m_folder / (withSecond ? "mesh-of-two.yaml" : "mesh-of-one.yaml");
    if (const Result<void> written = writeFile(path, text); !written) {
        return Error(written.error());
    }
    return path;
}

} // namespace isthmus::bench

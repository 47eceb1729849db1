// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/bed.h"

#include <QProcess>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <utility>

namespace isthmus::test {

namespace {

using Fields = std::map<std::string, std::string>;

/// The lines KEY=VALUE that the fixture wrote.
Fields fieldsOfBed()
{
    Fields fields;
    const char* file = std::getenv("ISTHMUS_BED");
    std::ifstream in(file == nullptr ? "" : file);
    for (std::string line; std::getline(in, line);) {
        if (const std::size_t equals = line.find('='); equals != std::string::npos) {
            fields[line.substr(0, equals)] = line.substr(equals + 1);
        }
    }
    return fields;
}

std::string ownPath()
{
    const char* path = std::getenv("PATH");
    return path == nullptr ? "/usr/bin:/bin" : path;
}

} // namespace

std::optional<std::string> Bed::whyNot()
{
    const Fields fields = fieldsOfBed();
    if (const auto skip = fields.find("skip"); skip != fields.end()) {
        return skip->second;
    }
    if (!fields.contains("state")) {
        return "no bed is up for this test; run it with ./dev test --label real";
    }
    return std::nullopt;
}

Bed Bed::fromEnvironment()
{
    Fields fields = fieldsOfBed();
    Bed bed;
    bed.m_mode = fields["mode"] == "full" ? Mode::Full : Mode::Lite;
    bed.m_state = fields["state"];
    bed.m_port = fields["port"];
    bed.m_realmesh = fields["realmesh"];
    bed.m_cache = fields["cache"];
    return bed;
}

std::string Bed::kubeconfig(const std::string& cluster) const
{
    return m_state + "/" + cluster + ".kubeconfig";
}

Run Bed::kubectl(const std::string& cluster,
                 std::vector<std::string> arguments,
                 const std::string& input) const
{
    // A discovery cache of its own: the user's would know kinds of another bed at the same address.
    arguments.insert(arguments.begin(),
                     { "--context", cluster, "--cache-dir", m_state + "/kubectl-cache" });
    return test::run({ "kubectl", std::move(arguments), environment(), input });
}

Run Bed::oracle(const std::vector<std::string>& arguments) const
{
    return script("oracle", arguments);
}

Run Bed::fault(const std::vector<std::string>& arguments) const
{
    return script("fault", arguments);
}

std::string Bed::address(const std::string& cluster,
                         const std::string& nameSpace,
                         const std::string& service) const
{
    return kubectl(cluster,
                   { "-n",
                     nameSpace,
                     "get",
                     "service",
                     service,
                     "-o",
                     "jsonpath={.status.loadBalancer.ingress[0].ip}" })
        .output;
}

std::map<std::string, std::string> Bed::environment() const
{
    return { { "KUBECONFIG", kubeconfig() },
             { "PATH", m_cache + "/bin:" + ownPath() },
             { "REALMESH_STATE", m_state },
             { "REALMESH_BASE_PORT", m_port },
             { "REALMESH_CACHE", m_cache } };
}

Run Bed::script(const std::string& name, const std::vector<std::string>& arguments) const
{
    return test::run({ .path = m_realmesh + "/" + name,
                       .arguments = arguments,
                       .environment = environment(),
                       .input = {},
                       .deadline = std::chrono::seconds(600) });
}

Isthmusctl::Isthmusctl(const Bed& bed)
    : m_environment(bed.environment())
{
    m_environment["ISTHMUS_STATE_DIR"] = state();
}

Program Isthmusctl::program(const std::vector<std::string>& arguments) const
{
    return { path(), arguments, m_environment };
}

std::string Isthmusctl::path()
{
    return std::string(ISTHMUS_BIN_DIR) + "/isthmusctl";
}

Run Isthmusctl::run(const std::vector<std::string>& arguments,
                    const std::string& input,
                    std::chrono::seconds deadline) const
{
    Program command = program(arguments);
    command.input = input;
    command.deadline = deadline;
    return test::run(command);
}

std::unique_ptr<QProcess> Isthmusctl::start(const std::vector<std::string>& arguments) const
{
    auto process = std::make_unique<QProcess>();
    QStringList list;
    for (const std::string& argument : arguments) {
        list << QString::fromStdString(argument);
    }
    process->setProcessEnvironment(environmentWith(m_environment));
    process->start(QString::fromStdString(program({}).path), list);
    return process;
}

int runOnBed(QObject& test, int argc, char** argv)
{
    if (const auto why = Bed::whyNot()) {
        std::printf("skipped: %s\n", why->c_str());
        return skippedExitCode;
    }
    // Qt Test would end a slot, all its rows together, after five minutes; CTest has the deadline.
    qputenv("QTEST_FUNCTION_TIMEOUT", "3600000");
    return run(test, argc, argv);
}

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/requests.h"

#include "tests/real/program.h"

#include <QJsonDocument>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

namespace isthmus::test {

namespace {

/// Begins the line that curl writes behind each body; no JSON begins so.
constexpr std::string_view mark = "@@ ";

Program transfers(const RequestPlan& plan, int count)
{
    std::ostringstream config;
    // The fragment is never sent: it only makes curl repeat the URL, on the connection it has.
    config << "url = \"https://" << plan.host << ":" << plan.port << plan.path << "#[1-" << count
           << "]\"\n"
           << "resolve = \"" << plan.host << ":" << plan.port << ":" << plan.address << "\"\n"
           << "cacert = \"" << plan.caFile << "\"\n"
           << "max-time = " << plan.timeoutSeconds << "\n"
           << "noproxy = \"*\"\n"
           << "silent\n"
           << "write-out = \"\\n"
           << mark << "%{http_code} %{time_total} %{exitcode}\\n\"\n";
    return { .path = "curl",
             .arguments = { "--disable", "--config", "-" },
             .environment = {},
             .input = config.str(),
             .deadline = std::chrono::seconds(60 + count * plan.timeoutSeconds) };
}

std::string who(const std::string& body, int status, int exitCode)
{
    if (exitCode != 0) {
        return "curl " + std::to_string(exitCode);
    }
    if (status != 200) {
        return "HTTP " + std::to_string(status);
    }
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(body));
    const std::string cluster = document[QLatin1String("cluster")].toString().toStdString();
    return cluster.empty() ? "HTTP 200 without a cluster" : cluster;
}

bool isFailure(const std::string& answer)
{
    return answer.starts_with("HTTP ") || answer.starts_with("curl ");
}

} // namespace

int Counts::of(const std::string& who) const
{
    const auto found = answers.find(who);
    return found == answers.end() ? 0 : found->second;
}

int Counts::total() const
{
    int sum = 0;
    for (const auto& [answer, n] : answers) {
        sum += n;
    }
    return sum;
}

int Counts::failed() const
{
    int sum = 0;
    for (const auto& [answer, n] : answers) {
        sum += isFailure(answer) ? n : 0;
    }
    return sum;
}

std::string Counts::describe() const
{
    std::string text;
    for (const auto& [answer, n] : answers) {
        text += (text.empty() ? "" : ", ") + answer + " " + std::to_string(n);
    }
    return text;
}

Counts sendRequests(const RequestPlan& plan)
{
    const int connections = std::clamp(plan.connections, 1, std::max(plan.count, 1));
    std::vector<Program> programs;
    for (int i = 0; i < connections; ++i) {
        const int share = plan.count / connections + (i < plan.count % connections ? 1 : 0);
        programs.push_back(transfers(plan, share));
    }
    Counts counts;
    for (const Run& run : runTogether(programs)) {
        addAnswers(run.output, counts);
    }
    if (const int missing = plan.count - counts.total(); missing > 0) {
        counts.answers["curl wrote nothing"] += missing;
    }
    return counts;
}

bool isPlausible(int n, int total, double share)
{
    const double deviation = std::sqrt(total * share * (1 - share));
    return std::abs(n - total * share) <= 4 * deviation + 0.5;
}

void addAnswers(std::string_view output, Counts& counts)
{
    std::istringstream in { std::string(output) };
    std::string body;
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(mark)) {
            body += line;
            continue;
        }
        std::istringstream fields(line.substr(mark.size()));
        int status = 0;
        int exitCode = 0;
        double seconds = 0;
        fields >> status >> seconds >> exitCode;
        ++counts.answers[who(body, status, exitCode)];
        counts.slowestSeconds = std::max(counts.slowestSeconds, seconds);
        body.clear();
    }
}

} // namespace isthmus::test

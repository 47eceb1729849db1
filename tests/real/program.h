// SPDX-License-Identifier: GPL-3.0-or-later
// Runs programs for the tests of the real mesh. Through QProcess, not core/exec: what is tested
// must not be what tests it.
#pragma once

#include <QProcessEnvironment>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace isthmus::test {

struct Program
{
    std::string path; ///< absolute, or a name in $PATH of `environment`
    std::vector<std::string> arguments = {};
    std::map<std::string, std::string> environment = {}; ///< added to the test's own
    std::string input = {};
    std::chrono::seconds deadline { 120 };
};

struct Run
{
    int exitCode =
        -1; ///< 128 + signal where it was killed; -1 where it did not start or took too long
    std::string output;
    std::string errors;

    [[nodiscard]] bool succeeded() const { return exitCode == 0; }

    /// Exit code and both outputs, for the message of a failed test.
    [[nodiscard]] std::string describe() const;
};

/// Waits for the end; kills the whole process group at the deadline.
[[nodiscard]] Run run(const Program& program);
/// Runs all of them at the same time; answers in their order.
[[nodiscard]] std::vector<Run> runTogether(const std::vector<Program>& programs);

/// The test's own environment with these variables set; for a QProcess of the test's own.
[[nodiscard]] QProcessEnvironment
environmentWith(const std::map<std::string, std::string>& variables);

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/program.h"

#include <unistd.h>

#include <QDeadlineTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QStringList>

#include <csignal>
#include <memory>

namespace isthmus::test {

namespace {

using Process = std::unique_ptr<QProcess>;

QString resolved(const Program& program, const QProcessEnvironment& environment)
{
    const QString name = QString::fromStdString(program.path);
    if (name.contains(QLatin1Char('/'))) {
        return name;
    }
    // QProcess looks in the PATH of this process, not in the one it hands on.
    const QStringList folders = environment.value(QStringLiteral("PATH")).split(QLatin1Char(':'));
    const QString found = QStandardPaths::findExecutable(name, folders);
    return found.isEmpty() ? name : found;
}

Process start(const Program& program)
{
    auto process = std::make_unique<QProcess>();
    QStringList arguments;
    for (const std::string& argument : program.arguments) {
        arguments << QString::fromStdString(argument);
    }
    const QProcessEnvironment environment = environmentWith(program.environment);
    process->setProcessEnvironment(environment);
    process->setChildProcessModifier([] { ::setpgid(0, 0); });
    process->start(resolved(program, environment), arguments);
    process->write(program.input.data(), static_cast<qint64>(program.input.size()));
    process->closeWriteChannel();
    return process;
}

Run finish(QProcess& process, QDeadlineTimer deadline)
{
    const auto pid = static_cast<pid_t>(process.processId());
    const bool inTime = process.state() == QProcess::NotRunning
        || process.waitForFinished(static_cast<int>(deadline.remainingTime()));
    if (!inTime && pid > 0) {
        ::kill(-pid, SIGKILL);
        process.waitForFinished();
    }
    Run run { -1,
              process.readAllStandardOutput().toStdString(),
              process.readAllStandardError().toStdString() };
    if (process.error() == QProcess::FailedToStart) {
        run.errors = process.errorString().toStdString();
    } else if (!inTime) {
        run.errors += "\nkilled: it took too long";
    } else {
        // QProcess reports a signal's number where the program crashed.
        run.exitCode = process.exitCode() + (process.exitStatus() == QProcess::CrashExit ? 128 : 0);
    }
    return run;
}

} // namespace

std::string Run::describe() const
{
    return "exit " + std::to_string(exitCode) + "\n" + output + errors;
}

Run run(const Program& program)
{
    return runTogether({ program }).front();
}

std::vector<Run> runTogether(const std::vector<Program>& programs)
{
    std::vector<Process> processes;
    std::vector<QDeadlineTimer> deadlines;
    for (const Program& program : programs) {
        processes.push_back(start(program));
        deadlines.emplace_back(program.deadline);
    }
    std::vector<Run> runs;
    for (std::size_t i = 0; i < processes.size(); ++i) {
        runs.push_back(finish(*processes[i], deadlines[i]));
    }
    return runs;
}

QProcessEnvironment environmentWith(const std::map<std::string, std::string>& variables)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const auto& [name, value] : variables) {
        environment.insert(QString::fromStdString(name), QString::fromStdString(value));
    }
    return environment;
}

} // namespace isthmus::test

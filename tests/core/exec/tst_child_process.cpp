// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exec/child_process.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <thread>

using namespace isthmus;
using exec::Command;
using exec::Outcome;

namespace {

/// Tests may use a shell; the engine never does.
Command shell(std::string script)
{
    Command command;
    command.program = "/bin/sh";
    command.arguments = { "-c", std::move(script) };
    return command;
}

std::string dump(const Result<Outcome>& outcome)
{
    if (!outcome) {
        return std::string(name(outcome.error().code)) + " " + outcome.error().message.id;
    }
    return std::to_string(outcome->exitCode) + " [" + outcome->output + "] [" + outcome->errors
        + "]";
}

/// A pipe whose reading end sees the end once nobody holds the writing end: proof that processes
/// are gone.
class Leash
{
public:
    explicit Leash(const std::string& path)
        : m_path(path)
    {
        if (::mkfifo(path.c_str(), 0600) == 0) {
            m_reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        }
    }

    Leash(const Leash&) = delete;
    Leash& operator=(const Leash&) = delete;

    ~Leash() { ::close(m_reader); }

    /// Waits until all have let go; returns what they wrote.
    std::string waitForEnd() const
    {
        ::fcntl(m_reader, F_SETFL, 0);
        std::string out;
        char byte = 0;
        while (::read(m_reader, &byte, 1) == 1) {
            out += byte;
        }
        return out;
    }

    /// Waits until somebody wrote something; gives up after 20 s.
    void waitForByte() const
    {
        pollfd watched { m_reader, POLLIN, 0 };
        ::poll(&watched, 1, 20'000);
    }

    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    std::string m_path;
    int m_reader = -1;
};

} // namespace

class TestChildProcess : public test::TestBase
{
    Q_OBJECT

private slots:

    void returnsOutputErrorsAndExitCode()
    {
        COMPARE_TEXT(dump(exec::run(shell("printf out; printf err >&2; exit 3"))), "3 [out] [err]");
    }

    void feedsStandardInputAndClosesIt()
    {
        Command command;
        command.program = "/bin/cat";
        command.input = std::string("a\0b\n", 4);
        const Result<Outcome> outcome = exec::run(command);
        QVERIFY(outcome);
        QVERIFY(outcome->output == command.input);
    }

    void carriesMoreThanPipesHold()
    {
        Command command;
        command.program = "/bin/cat";
        command.input = std::string(3 << 20, 'x');
        const Result<Outcome> outcome = exec::run(command);
        QVERIFY(outcome);
        QVERIFY(outcome->output == command.input);
    }

    void survivesAProgramThatDoesNotRead()
    {
        Command command = shell("exec <&-; echo fine");
        command.input = std::string(1 << 20, 'x');
        COMPARE_TEXT(dump(exec::run(command)), "0 [fine\n] []");
    }

    void mapsSignalsAsShellsDo()
    {
        COMPARE_TEXT(dump(exec::run(shell("kill -TERM $$"))), "143 [] []");
        COMPARE_TEXT(dump(exec::run(shell("kill -KILL $$"))), "137 [] []");
    }

    void startsWithDefaultSignals()
    {
        // Our threads block signals; a child that inherited that could not be interrupted.
        Result<Outcome> outcome = Outcome {};
        std::jthread([&outcome] {
            sigset_t all;
            ::sigfillset(&all);
            ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            outcome = exec::run(shell("kill -TERM $$; echo deaf"));
        }).join();
        COMPARE_TEXT(dump(outcome), "143 [] []");
    }

    void killsGrandchildrenAtTheDeadline()
    {
        const test::TemporaryFolder folder;
        const Leash leash(folder.path("leash"));
        Command command =
            shell("exec 3>" + leash.path() + "; (sleep 1000)& echo waiting >&2; sleep 1000");
        command.deadline = Milliseconds(200);
        const Result<Outcome> outcome = exec::run(command);
        COMPARE_TEXT(dump(outcome), "timeout exec.timeout");
        COMPARE_TEXT(leash.waitForEnd(), "");
    }

    void quotesTheLastWordsOfWhatTimedOut()
    {
        Command command = shell("echo 'visit https://login to go on' >&2; exec sleep 1000");
        std::string words;
        // However long a busy machine needs to start a shell: some deadline is long enough.
        for (command.deadline = Milliseconds(200);
             words.empty() && command.deadline < std::chrono::minutes(1);
             command.deadline *= 2) {
            const Result<Outcome> outcome = exec::run(command);
            COMPARE_TEXT(dump(outcome), "timeout exec.timeout");
            words = outcome.error().detail;
        }
        COMPARE_TEXT(words, "visit https://login to go on");
    }

    void killsTheGroupWhenStopped()
    {
        const test::TemporaryFolder folder;
        const Leash leash(folder.path("leash"));
        std::stop_source stop;
        const std::jthread stopper([&] {
            leash.waitForByte();
            stop.request_stop();
        });
        Command command =
            shell("exec 3>" + leash.path() + "; (sleep 1000)& printf x >&3; sleep 1000");
        COMPARE_TEXT(dump(exec::run(command, stop.get_token())), "cancelled exec.cancelled");
        COMPARE_TEXT(leash.waitForEnd(), "x");
    }

    void startsNothingWhereStopWasAskedBefore()
    {
        const test::TemporaryFolder folder;
        std::stop_source stop;
        stop.request_stop();
        const Command command = shell("touch " + folder.path("ran"));
        COMPARE_TEXT(dump(exec::run(command, stop.get_token())), "cancelled exec.cancelled");
        QVERIFY(!std::filesystem::exists(folder.path("ran")));
    }

    void capsItsOutput()
    {
        Command command = shell("printf 12345678");
        command.maxOutput = 8;
        COMPARE_TEXT(dump(exec::run(command)), "0 [12345678] []");
        command.maxOutput = 7;
        COMPARE_TEXT(dump(exec::run(command)), "invalid exec.too-much");
        command = shell("while :; do echo more; done");
        command.maxOutput = 1 << 20;
        COMPARE_TEXT(dump(exec::run(command)), "invalid exec.too-much");
    }

    void keepsTheEndOfStandardError()
    {
        const Result<Outcome> outcome =
            exec::run(shell("head -c 300000 /dev/zero | tr '\\0' x >&2; printf END >&2"));
        QVERIFY(outcome);
        QCOMPARE(outcome->errors.size(), std::size_t { 64 } << 10);
        QVERIFY(outcome->errors.ends_with("xEND"));
    }

    void doesNotWaitForWhatStaysBehind()
    {
        const test::TemporaryFolder folder;
        const Leash leash(folder.path("leash"));
        // The one left behind holds the output open, and ends when we say so.
        const std::string gate = folder.path("gate");
        QCOMPARE(::mkfifo(gate.c_str(), 0600), 0);
        Command command = shell("(read x <" + gate + ")& echo done");
        COMPARE_TEXT(dump(exec::run(command)), "0 [done\n] []");
        const int writer = ::open(gate.c_str(), O_WRONLY | O_CLOEXEC);
        QVERIFY(writer >= 0);
        ::close(writer);
    }

    void saysWhatCannotBeRun_data()
    {
        QTest::addColumn<QString>("program");
        QTest::newRow("missing") << "/nowhere/helm";
        QTest::newRow("a folder") << "/usr";
        QTest::newRow("not executable") << "/etc/passwd";
        QTest::newRow("below a file") << "/etc/passwd/helm";
        QTest::newRow("a bare name") << "sh";
        QTest::newRow("nothing") << "";
    }

    void saysWhatCannotBeRun()
    {
        QFETCH(QString, program);
        Command command;
        command.program = program.toStdString();
        const Result<Outcome> outcome = exec::run(command);
        COMPARE_TEXT(dump(outcome), "notFound exec.not-found");
        QVERIFY(!outcome.error().remedy.empty());
    }

    void saysThatAScriptsInterpreterIsMissing()
    {
        const test::TemporaryFolder folder;
        const std::string script = folder.write("plugin", "#!/nowhere/python\n");
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
        Command command;
        command.program = script;
        COMPARE_TEXT(dump(exec::run(command)), "notFound exec.not-found");
    }

    void passesOnlyTheAllowedEnvironment()
    {
        qputenv("ISTHMUS_PASSPHRASE", "hunter2");
        qputenv("XDG_DATA_HOME", "/data");
        Command command;
        command.program = "/usr/bin/env";
        command.environment = { { "HELM_X", "a=b" }, { "HOME", "/elsewhere" } };
        const Result<Outcome> allowed = exec::run(command);
        command.wholeEnvironment = true;
        const Result<Outcome> whole = exec::run(command);
        qunsetenv("ISTHMUS_PASSPHRASE");
        qunsetenv("XDG_DATA_HOME");
        QVERIFY(allowed && whole);
        const std::string lines = "\n" + allowed->output;
        QVERIFY(lines.find("hunter2") == std::string::npos);
        QVERIFY(lines.find("\nLC_ALL=") == std::string::npos);
        QVERIFY(lines.find("\nXDG_DATA_HOME=/data\n") != std::string::npos);
        QVERIFY(lines.find("\nHELM_X=a=b\n") != std::string::npos);
        QVERIFY(lines.find("\nHOME=/elsewhere\n") != std::string::npos);
        QCOMPARE(QString::fromStdString(lines).count("\nHOME="), 1);
        QVERIFY(whole->output.find("ISTHMUS_PASSPHRASE=hunter2\n") != std::string::npos);
        QCOMPARE(QString::fromStdString("\n" + whole->output).count("\nHOME="), 1);
    }

    void keepsHostileArgumentsAsTheyAre()
    {
        Command command;
        command.program = "/usr/bin/printf";
        command.arguments = { "[%s]", "$(id)", "`id`", "; rm -rf /", "a\nb",
                              "\"'",  "",      "*",    "\xff\x01",   "-n" };
        const Result<Outcome> outcome = exec::run(command);
        QVERIFY(outcome);
        COMPARE_TEXT(outcome->output, "[$(id)][`id`][; rm -rf /][a\nb][\"'][][*][\xff\x01][-n]");
    }

    void refusesWhatNoArgumentCanHold()
    {
        Command command = shell("true");
        command.arguments.emplace_back(std::string("a\0b", 3));
        COMPARE_TEXT(dump(exec::run(command)), "invalid exec.zero-byte");
        command = shell("true");
        command.environment = { { "A=B", "c" } };
        COMPARE_TEXT(dump(exec::run(command)), "invalid exec.zero-byte");
        command.environment = { { "A", std::string("c\0d", 3) } };
        COMPARE_TEXT(dump(exec::run(command)), "invalid exec.zero-byte");
    }

    void inheritsNoDescriptor()
    {
        const test::TemporaryFolder folder;
        const int leak =
            ::open(folder.write("secret", "x").c_str(), O_RDONLY); // no O_CLOEXEC, on purpose
        const Result<Outcome> outcome = exec::run(shell("ls -l /proc/$$/fd"));
        ::close(leak);
        QVERIFY(outcome);
        QVERIFY(outcome->output.find("secret") == std::string::npos);
        QVERIFY(outcome->output.find(" 2 -> ") != std::string::npos);
    }

    void runsManyAtOnce()
    {
        std::atomic<int> good = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t) {
                threads.emplace_back([&good, t] {
                    for (int i = 0; i < 10; ++i) {
                        Command command;
                        command.program = "/bin/cat";
                        command.input = std::to_string(t * 100 + i);
                        const Result<Outcome> outcome = exec::run(command);
                        good += outcome && outcome->output == command.input ? 1 : 0;
                    }
                });
            }
        }
        QCOMPARE(good.load(), 40);
    }

    void findsPrograms()
    {
        const test::TemporaryFolder folder;
        const std::string tool = folder.write("bin/tool", "#!/bin/sh\n");
        const std::string plain = folder.write("plain/tool", "not executable");
        std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
        const QByteArray before = qgetenv("PATH");
        qputenv("PATH",
                QByteArray::fromStdString(":.:" + folder.path("plain") + ":" + folder.path("bin")));
        const auto found = exec::findProgram("tool");
        const auto missing = exec::findProgram("no-such-tool");
        const auto empty = exec::findProgram("");
        qputenv("PATH", before);
        QVERIFY(found);
        COMPARE_TEXT(found->string(), tool);
        QVERIFY(!missing);
        QVERIFY(!empty);
        QVERIFY(exec::findProgram(tool));
        QVERIFY(!exec::findProgram(plain));
        QVERIFY(!exec::findProgram(folder.path("bin") + "/"));
    }
};

ISTHMUS_TEST_MAIN(TestChildProcess)
#include "tst_child_process.moc"

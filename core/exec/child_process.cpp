// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exec/child_process.h"

#include "core/base/environment.h"
#include "core/base/strings.h"
#include "core/exec/pipes.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>

namespace isthmus::exec {

namespace {

constexpr std::size_t maxErrorDetail = 600;

Error programError(ErrorCode code, Message what, std::string why, Message todo)
{
    return Error { code, std::move(what), std::move(why), {}, std::move(todo) };
}

Message::Argument programArgument(const Command& command)
{
    return { "program", command.program.string() };
}

Error notFound(const Command& command, std::string why)
{
    return programError(ErrorCode::NotFound,
                        msg("exec.not-found", { programArgument(command) }),
                        std::move(why),
                        msg("exec.not-found.do"));
}

Error notStarted(const Command& command, int code)
{
    if (code == ENOENT || code == EACCES || code == ENOTDIR || code == ENOEXEC || code == ELOOP
        || code == EISDIR) {
        return notFound(command, std::generic_category().message(code));
    }
    return programError(ErrorCode::Internal,
                        msg("exec.not-started", { programArgument(command) }),
                        std::generic_category().message(code),
                        msg("exec.not-started.do"));
}

bool hasZero(std::string_view text)
{
    return text.find('\0') != std::string_view::npos;
}

/// A zero byte would cut an argument short, silently.
bool isRepresentable(const Command& command)
{
    const auto clean = [](const std::string& text) { return !hasZero(text); };
    return clean(command.program.string()) && std::ranges::all_of(command.arguments, clean)
        && std::ranges::all_of(command.environment, [](const auto& variable) {
               return !variable.first.empty() && variable.first.find('=') == std::string::npos
                   && !hasZero(variable.first) && !hasZero(variable.second);
           });
}

bool isAllowed(std::string_view variable)
{
    return variable == "HOME" || variable == "PATH" || variable == "LANG" || variable == "TMPDIR"
        || variable.starts_with("XDG_");
}

/// "NAME=value" for the child: ours as far as it is allowed, then what the command adds or
/// replaces.
std::vector<std::string> environmentOf(const Command& command)
{
    std::vector<std::string> out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view variable = text.substr(0, text.find('='));
        const bool replaced = std::ranges::any_of(
            command.environment, [variable](const auto& own) { return own.first == variable; });
        if (!replaced && (command.wholeEnvironment || isAllowed(variable))) {
            out.emplace_back(text);
        }
    }
    for (const auto& [variable, value] : command.environment) {
        out.push_back(variable);
        out.back().append("=").append(value);
    }
    return out;
}

/// The null-ended array that exec wants, pointing into `texts`.
std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

struct Streams
{
    Pipe input;
    Pipe output;
    Pipe errors;
};

std::optional<Streams> makeStreams()
{
    std::optional<Pipe> input = makePipe();
    std::optional<Pipe> output = makePipe();
    std::optional<Pipe> errors = makePipe();
    if (!input || !output || !errors) {
        return std::nullopt;
    }
    // Only our ends: the child expects streams that block.
    for (const int end : { input->write.number(), output->read.number(), errors->read.number() }) {
        if (::fcntl(end, F_SETFL, O_NONBLOCK) != 0) {
            return std::nullopt;
        }
    }
    return Streams { std::move(*input), std::move(*output), std::move(*errors) };
}

/// posix_spawn's two settings objects: a group of its own, default signals with none blocked (our
/// threads block theirs), the three streams and no other descriptor.
class SpawnSettings
{
public:
    explicit SpawnSettings(const Streams& streams)
    {
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawn_file_actions_init(&m_actions);
        sigset_t set;
        ::sigfillset(&set);
        ::posix_spawnattr_setsigdefault(&m_attributes, &set);
        ::sigemptyset(&set);
        ::posix_spawnattr_setsigmask(&m_attributes, &set);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(
            &m_attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        // In this order: the last one closes what the others copy.
        for (const int code : {
                 add(streams.input.read, STDIN_FILENO),
                 add(streams.output.write, STDOUT_FILENO),
                 add(streams.errors.write, STDERR_FILENO),
                 ::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1),
             }) {
            m_code = m_code != 0 ? m_code : code;
        }
    }

    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    ~SpawnSettings()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }

    /// errno's numbers; 0 where the program runs.
    int spawn(pid_t& pid, const char* program, char* const* arguments, char* const* variables) const
    {
        return m_code != 0
            ? m_code
            : ::posix_spawn(&pid, program, &m_actions, &m_attributes, arguments, variables);
    }

private:
    int add(const Descriptor& from, int to)
    {
        return ::posix_spawn_file_actions_adddup2(&m_actions, from.number(), to);
    }

    posix_spawnattr_t m_attributes {};
    posix_spawn_file_actions_t m_actions {};
    int m_code = 0;
};

int reap(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return 0; // nothing to learn: the process ignores SIGCHLD
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<Conversation> start(const Command& command)
{
    std::optional<Streams> streams = makeStreams();
    if (!streams) {
        return notStarted(command, EMFILE);
    }
    std::vector<std::string> arguments { command.program.string() };
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> variables = environmentOf(command);
    pid_t pid = 0;
    const int code = SpawnSettings(*streams).spawn(
        pid, command.program.c_str(), pointers(arguments).data(), pointers(variables).data());
    if (code != 0) {
        return notStarted(command, code);
    }
    Conversation conversation;
    conversation.input = std::move(streams->input.write);
    conversation.output = std::move(streams->output.read);
    conversation.errors = std::move(streams->errors.read);
    conversation.process = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    conversation.pid = pid;
    conversation.toWrite = command.input;
    conversation.maxOutput = command.maxOutput;
    return conversation;
}

Error failure(Ending ending, const Command& command, const Conversation& conversation)
{
    const Message::Argument program = programArgument(command);
    if (ending == Ending::Stopped) {
        return { ErrorCode::Cancelled, msg("exec.cancelled", { program }) };
    }
    if (ending == Ending::TooMuch) {
        const Message::Argument limit { "limit", std::to_string(command.maxOutput) };
        return programError(ErrorCode::Invalid,
                            msg("exec.too-much", { program, limit }),
                            {},
                            msg("exec.too-much.do"));
    }
    const std::string_view complaint = conversation.complained;
    const std::size_t from = complaint.size() - std::min(complaint.size(), maxErrorDetail);
    Error error = programError(
        ErrorCode::Timeout,
        msg("exec.timeout", { program, { "limit", formatDuration(command.deadline) } }),
        std::string(trimmed(complaint.substr(from))),
        msg("exec.timeout.do"));
    error.retry = Retry::After;
    return error;
}

bool isExecutable(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

} // namespace

Result<Outcome> run(const Command& command, const std::stop_token& stop)
{
    if (stop.stop_requested()) {
        return Error { ErrorCode::Cancelled, msg("exec.cancelled", { programArgument(command) }) };
    }
    if (!isRepresentable(command)) {
        return programError(ErrorCode::Invalid,
                            msg("exec.zero-byte", { programArgument(command) }),
                            {},
                            msg("exec.zero-byte.do"));
    }
    if (command.program.string().find('/') == std::string::npos) {
        return notFound(command, {}); // a bare name would be taken from the current folder
    }
    std::optional<SteadyTime> until;
    if (command.deadline > Milliseconds::zero()) {
        constexpr Milliseconds longest =
            std::chrono::hours(24 * 365); // keeps the sum from overflow
        until = std::chrono::steady_clock::now() + std::min(command.deadline, longest);
    }
    Result<Conversation> conversation = start(command);
    if (!conversation) {
        return std::move(conversation).error();
    }
    const Ending ending = conversation->talk(until, stop);
    if (ending != Ending::Exited) {
        ::kill(-conversation->pid, SIGKILL); // not reaped yet, so the number is still its own
    }
    const int exitCode = reap(conversation->pid);
    if (ending != Ending::Exited) {
        return failure(ending, command, *conversation);
    }
    return Outcome { exitCode, std::move(conversation->said), std::move(conversation->complained) };
}

std::optional<std::filesystem::path> findProgram(const std::string& nameOrPath)
{
    if (nameOrPath.find('/') != std::string::npos) {
        return isExecutable(nameOrPath) ? std::optional(std::filesystem::path(nameOrPath))
                                        : std::nullopt;
    }
    if (nameOrPath.empty()) {
        return std::nullopt;
    }
    for (const std::string& folder : split(environment("PATH").value_or(""), ':')) {
        std::filesystem::path candidate = std::filesystem::path(folder) / nameOrPath;
        if (candidate.is_absolute() && isExecutable(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

} // namespace isthmus::exec

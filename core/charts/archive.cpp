// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/archive.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/charts/chart_cache.h"
#include "core/crypto/certificate.h"
#include "core/exec/child_process.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace isthmus::charts {

namespace fs = std::filesystem;

namespace {

constexpr Milliseconds unpackDeadline { 120'000 };
constexpr std::size_t maxArchive = std::size_t { 256 } << 20;
constexpr long long maxUnpacked = 64LL << 20;

Error archiveError(const fs::path& archive, std::string why)
{
    return Error { ErrorCode::Preflight,
                   msg("charts.archive", { { "file", archive.string() } }),
                   std::move(why),
                   {},
                   msg("charts.archive.remedy") };
}

struct ListedEntry
{
    char type = '\0'; ///< as ls writes it: '-', 'd', 'l', …
    long long size = 0;
    std::string_view name;
};

/// One line "-rw-r--r-- 0/0  1234 2026-08-27 12:45 name"; nothing where it is something else.
std::optional<ListedEntry> listedEntry(std::string_view line)
{
    std::array<std::string_view, 5> fields;
    std::string_view rest = line;
    for (std::string_view& field : fields) {
        const auto begin = rest.find_first_not_of(' ');
        const auto end = begin == std::string_view::npos ? begin : rest.find(' ', begin);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        field = rest.substr(begin, end - begin);
        rest.remove_prefix(end);
    }
    rest.remove_prefix(1);
    const auto size = toInteger(fields[2]);
    if (!size || rest.empty()) {
        return std::nullopt;
    }
    return ListedEntry { .type = fields[0].front(), .size = *size, .name = rest };
}

bool leavesFolder(std::string_view name)
{
    const std::vector<std::string> parts = split(name, '/');
    return name.starts_with('/') || std::find(parts.begin(), parts.end(), "..") != parts.end();
}

/// "istio-1.31.0/manifests/charts" out of a name below it; empty where it is elsewhere.
std::string_view chartsRoot(std::string_view name)
{
    constexpr std::string_view inner = "manifests/charts/";
    const auto at = name.find(inner);
    const bool whole = at == 0 || (at != std::string_view::npos && name[at - 1] == '/');
    return whole ? name.substr(0, at + inner.size() - 1) : std::string_view {};
}

Result<exec::Outcome>
tar(std::vector<std::string> arguments, const std::string& bytes, const std::stop_token& stop)
{
    const auto program = exec::findProgram("tar");
    if (!program) {
        return Error {
            ErrorCode::Preflight, msg("charts.no-tar"), {}, {}, msg("charts.no-tar.remedy")
        };
    }
    exec::Command command { .program = *program, .arguments = std::move(arguments) };
    command.environment = { { "LC_ALL", "C" }, { "TAR_OPTIONS", "" } };
    command.input = bytes;
    command.deadline = unpackDeadline;
    return exec::run(command, stop);
}

/// Lists, checks and unpacks one and the same bytes: the file may change under us.
Result<fs::path> unpack(const std::string& bytes,
                        const fs::path& archive,
                        const fs::path& target,
                        const std::stop_token& stop)
{
    auto listed = tar({ "--list",
                        "--verbose",
                        "--gzip",
                        "--numeric-owner",
                        "--quoting-style=escape",
                        "--file=-" },
                      bytes,
                      stop);
    if (!listed) {
        return std::move(listed).error().withSubject(archive.string());
    }
    if (listed->exitCode != 0) {
        return archiveError(archive, shortened(trimmed(listed->errors), 1'000));
    }
    auto root = chartsInListing(listed->output);
    if (!root) {
        return std::move(root).error().withSubject(archive.string());
    }
    auto staging = Staging::make();
    if (!staging) {
        return std::move(staging).error();
    }
    auto unpacked = tar({ "--extract",
                          "--gzip",
                          "--no-same-owner",
                          "--no-same-permissions",
                          "--file=-",
                          "--directory=" + staging->path().string(),
                          "--",
                          *root },
                        bytes,
                        stop);
    if (!unpacked) {
        return std::move(unpacked).error().withSubject(archive.string());
    }
    if (unpacked->exitCode != 0) {
        return archiveError(archive, shortened(trimmed(unpacked->errors), 1'000));
    }
    return staging->publish(*root, target);
}

} // namespace

Result<std::string> chartsInListing(std::string_view listing)
{
    const auto refuse = [](std::string_view name, std::string why) {
        return Error { ErrorCode::Preflight,
                       msg("charts.archive-unsafe"),
                       std::string(name) + ": " + std::move(why),
                       {},
                       msg("charts.archive.remedy") };
    };
    std::string root;
    long long bytes = 0;
    for (const std::string& line : split(listing, '\n')) {
        if (line.empty()) {
            continue;
        }
        const auto entry = listedEntry(line);
        if (!entry) {
            return refuse(line, "tar describes this entry in a way that is not understood");
        }
        if (leavesFolder(entry->name)) {
            return refuse(entry->name, "the name leads out of the folder");
        }
        const std::string_view within = chartsRoot(entry->name);
        if (within.empty() || (!root.empty() && within != root)) {
            continue;
        }
        root = within;
        bytes += entry->size;
        if (entry->type != '-' && entry->type != 'd') {
            return refuse(entry->name, "a chart holds files and folders only");
        }
        if (bytes > maxUnpacked) {
            return refuse(entry->name, "the charts are larger than those of any release");
        }
    }
    if (root.empty()) {
        return Error { ErrorCode::Preflight,
                       msg("charts.archive-empty"),
                       "it has no folder manifests/charts",
                       {},
                       msg("charts.archive.remedy") };
    }
    return root;
}

Result<fs::path> unpackArchive(const fs::path& archive, const std::stop_token& stop)
{
    auto bytes = readFile(archive, maxArchive);
    if (!bytes) {
        return archiveError(archive, describe(bytes.error()));
    }
    if (!bytes->starts_with("\x1f\x8b")) {
        return archiveError(archive, "this is no gzip file");
    }
    fs::path target = chartsCache() / ("archive-" + crypto::sha256Hex(*bytes));
    if (isFolder(target)) {
        return target;
    }
    return unpack(*bytes, archive, target, stop);
}

} // namespace isthmus::charts

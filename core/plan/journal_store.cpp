// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journal_store.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/json/parse.h"
#include "core/plan/journal_file.h"
#include "core/plan/journal_records.h"

#include <algorithm>
#include <set>
#include <system_error>

namespace isthmus::plan {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".journal";
constexpr std::size_t largestFile = std::size_t { 64 } << 20;

fs::path bodyPath(const fs::path& folder, const std::string& digest)
{
    return folder / "bodies" / digest;
}

Error noSuch(const OperationId& id)
{
    return Error { ErrorCode::Usage,
                   msg("plan.no-such-operation", { { "id", id.str() } }),
                   {},
                   {},
                   msg("plan.list-operations") };
}

Error unreadable(const OperationId& id, std::string why)
{
    return Error { ErrorCode::Invalid,
                   msg("plan.journal-unreadable", { { "id", id.str() } }),
                   std::move(why),
                   {},
                   msg("plan.forget-it") };
}

bool isHeldByAnother(const fs::path& path)
{
    const Result<AppendFile> file = AppendFile::open(path, true);
    return !file && file.error().code == ErrorCode::Refused;
}

Result<Plan> readPlan(const fs::path& folder, const std::string& digest)
{
    Result<std::string> body = readFile(bodyPath(folder, digest), largestFile);
    if (!body) {
        return std::move(body).error();
    }
    if (crypto::sha256Hex(*body) != digest) {
        return Error { ErrorCode::Invalid, msg("plan.body-altered") };
    }
    return json::parse(*body).and_then(planFromJson);
}

std::vector<OperationId> storedIds(const fs::path& folder)
{
    std::vector<OperationId> ids;
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
        if (entry.path().extension() == extension) {
            ids.emplace_back(entry.path().stem().string());
        }
    }
    std::ranges::sort(ids, std::ranges::greater());
    return ids;
}

std::string digestOf(const fs::path& folder, const OperationId& id)
{
    const Result<std::string> content = readFile(journalPath(folder, id), largestFile);
    if (!content) {
        return {};
    }
    const Unframed unframed = unframe(*content);
    return unframed.records.empty() ? std::string() : records::planDigest(unframed.records.front());
}

} // namespace

fs::path journalPath(const fs::path& folder, const OperationId& id)
{
    return folder / (id.str() + std::string(extension));
}

Result<void> storeBody(const fs::path& folder, const std::string& digest, const std::string& body)
{
    if (Result<void> made = makePrivateFolder(folder / "bodies"); !made) {
        return made;
    }
    std::error_code failed;
    return fs::exists(bodyPath(folder, digest), failed) ? Result<void>()
                                                        : writeFile(bodyPath(folder, digest), body);
}

Result<StoredRun> readRun(const fs::path& folder, const OperationId& id)
{
    const bool plainName = !id.empty() && id.str().find('/') == std::string::npos;
    std::error_code failed;
    if (!plainName || !fs::exists(journalPath(folder, id), failed)) {
        return noSuch(id);
    }
    Result<std::string> content = readFile(journalPath(folder, id), largestFile);
    if (!content) {
        return std::move(content).error();
    }
    const Unframed unframed = unframe(*content);
    if (unframed.records.empty() || records::planDigest(unframed.records.front()).empty()) {
        return unreadable(id, unframed.damaged ? "damaged at its beginning" : "it has no header");
    }
    StoredRun stored;
    stored.goodBytes = unframed.goodBytes;
    stored.tornTail = unframed.tornTail;
    for (const json::Value& record : unframed.records) {
        records::replay(stored.run, record);
    }
    Result<Plan> plan = readPlan(folder, records::planDigest(unframed.records.front()));
    if (!plan && plan.error().code != ErrorCode::Unsupported) {
        return unreadable(id, describe(plan.error()));
    }
    if (!plan || !records::isKnownFormat(unframed.records.front())) {
        stored.readOnly = true;
        stored.whyReadOnly = "written by another version";
    } else {
        stored.run.plan = std::move(*plan);
    }
    if (unframed.damaged) {
        stored.readOnly = true;
        stored.whyReadOnly = "damaged after byte " + std::to_string(unframed.goodBytes);
    }
    if (stored.run.state == RunState::Running && !isHeldByAnother(journalPath(folder, id))) {
        stored.run.state = RunState::Stopped;
    }
    return stored;
}

std::vector<StoredRun> listRuns(const fs::path& folder)
{
    std::vector<StoredRun> runs;
    for (const OperationId& id : storedIds(folder)) {
        if (Result<StoredRun> run = readRun(folder, id)) {
            runs.push_back(std::move(*run));
        }
    }
    return runs;
}

Result<void> forgetRun(const fs::path& folder, const OperationId& id)
{
    std::error_code failed;
    const fs::path path = journalPath(folder, id);
    if (id.empty() || id.str().find('/') != std::string::npos || !fs::exists(path, failed)) {
        return noSuch(id);
    }
    Result<AppendFile> held = AppendFile::open(path, true);
    if (!held) {
        return std::move(held).error();
    }
    const std::string digest = digestOf(folder, id);
    if (!fs::remove(path, failed)) {
        return Error { ErrorCode::Storage,
                       msg("plan.cannot-forget", { { "id", id.str() } }),
                       failed.message() };
    }
    const std::vector<OperationId> others = storedIds(folder);
    const bool shared = std::ranges::any_of(
        others, [&](const OperationId& other) { return digestOf(folder, other) == digest; });
    if (!shared && !digest.empty()) {
        fs::remove(bodyPath(folder, digest), failed);
    }
    return {};
}

OperationId newOperationId(const Clock& clock)
{
    std::string time = formatTime(clock.now());
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    const std::string seconds = time.substr(0, time.find('.'));
    return OperationId(seconds + "Z-" + hexEncode(crypto::randomBytes(2)));
}

} // namespace isthmus::plan

// SPDX-License-Identifier: GPL-3.0-or-later
// The memory of one operation: what was about to be written, what came of it, and how it ended. An
// append-only file of CRC-framed JSON records; a write's intent is on the disk before the request
// leaves. No secret byte ever gets here. Thread-safe.
//
// A line is "CCCCCCCC LLLLLLLL {json}\n": CRC-32 and length of the JSON text, both as eight hex
// digits. A torn line at the end, which a crash can leave, is cut off; a bad line elsewhere makes
// the rest unreadable and the operation read-only.
#pragma once

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/ids.h"
#include "core/base/mutex.h"
#include "core/base/result.h"
#include "core/json/value.h"
#include "core/kube/write.h"
#include "core/plan/hole.h"
#include "core/plan/plan.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::plan {

enum class StepState
{
    Pending,
    Running,
    Waiting,
    Done,
    AlreadyRight,
    Failed,
    Skipped,
    Unknown,
    Undone
};
enum class RunState
{
    Running,
    Done,
    Failed,
    Stopped,
    Undone,
    UndoFailed
};

[[nodiscard]] std::string_view name(StepState state);
[[nodiscard]] std::string_view name(RunState state);

/// One write: recorded as an intent before it is sent, completed by what the server answered.
struct WriteRecord
{
    enum class Outcome
    {
        Unknown, ///< sent or not, nobody knows: only reading can tell
        Created,
        Updated,
        Deleted,
        Unchanged, ///< the server answered, and nothing had to change
        Refused, ///< the server said no; nothing happened
        Undone,
    };

    int number = 0; ///< from 1, in the order of the journal
    StepId step;
    ClusterId cluster;
    kube::Verb verb = kube::Verb::Apply;
    kube::ObjectKey key;
    bool existed = false; ///< before the write
    /// What undo re-applies where the object existed: our own earlier intent, or the inverse JSON
    /// Patch.
    json::Value previous = {};
    std::string uid = {}; ///< of the object, once known
    Outcome outcome = Outcome::Unknown;
};

[[nodiscard]] std::string_view name(WriteRecord::Outcome outcome);

/// Everything a journal says, read back.
struct Run
{
    OperationId id;
    UtcTime startedAt;
    std::optional<UtcTime> endedAt = {};
    RunState state =
        RunState::Stopped; ///< without a closing record: stopped, or running where it is locked
    Plan plan;
    std::map<StepId, StepState> steps = {};
    std::map<StepId, Error> errors = {};
    HoleValues holes = {};
    std::vector<WriteRecord> writes = {};
};

class Journal
{
public:
    /// Starts the journal of a new operation: folder, header and plan are durable when it returns.
    /// Errors: Storage.
    [[nodiscard]] static Result<Journal> create(const std::filesystem::path& folder,
                                                OperationId id,
                                                const Plan& plan,
                                                const Clock& clock);

    /// Opens an existing one to go on with it. Errors: Refused (another process holds it), Storage,
    /// Unsupported (a format of another version: read-only).
    [[nodiscard]] static Result<Journal>
    resume(const std::filesystem::path& folder, const OperationId& id, const Clock& clock);

    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;
    ~Journal();

    [[nodiscard]] const OperationId& id() const;
    /// What the journal said when it was opened, with everything recorded since.
    [[nodiscard]] Run run() const;

    /// Records intents and makes all of them durable with one sync; numbers them. Errors: Storage;
    /// then nothing may be sent.
    [[nodiscard]] Result<void> intend(std::vector<WriteRecord>& writes);
    /// Completes a write. Lost at a crash, it is found out again by reading.
    [[nodiscard]] Result<void>
    receipt(int number, WriteRecord::Outcome outcome, const std::string& uid);
    [[nodiscard]] Result<void>
    step(const StepId& step, StepState state, const Error* error = nullptr);
    [[nodiscard]] Result<void> hole(const Hole& hole, const std::string& value);
    /// Running again (resume, undo) or ended. Durable.
    [[nodiscard]] Result<void> state(RunState state);

private:
    struct State;
    explicit Journal(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace isthmus::plan

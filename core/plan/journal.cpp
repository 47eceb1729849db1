// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/journal.h"

#include "core/crypto/certificate.h"
#include "core/json/parse.h"
#include "core/plan/journal_file.h"
#include "core/plan/journal_records.h"
#include "core/plan/journal_store.h"

namespace isthmus::plan {

struct Journal::State
{
    State(OperationId operation, AppendFile opened, Run read, const Clock& now)
        : id(std::move(operation))
        , clock(now)
        , file(std::move(opened))
        , run(std::move(read))
    { }

    /// Appends one record and takes it into the run; the caller decides about durability.
    Result<void> append(const json::Value& record) ISTHMUS_REQUIRES(mutex)
    {
        Result<void> written = file.append(frame(record));
        if (written) {
            records::replay(run, record);
        }
        return written;
    }

    const OperationId id;
    const Clock& clock;
    Mutex mutex;
    AppendFile file ISTHMUS_GUARDED_BY(mutex);
    Run run ISTHMUS_GUARDED_BY(mutex);
};

Journal::Journal(std::unique_ptr<State> state)
    : m_state(std::move(state))
{ }

Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::create(const std::filesystem::path& folder,
                                OperationId id,
                                const Plan& plan,
                                const Clock& clock)
{
    const std::string body = json::write(toJson(plan));
    const std::string digest = crypto::sha256Hex(body);
    if (Result<void> stored = storeBody(folder, digest, body); !stored) {
        return std::move(stored).error();
    }
    Result<AppendFile> file = AppendFile::open(journalPath(folder, id), true);
    if (!file) {
        return std::move(file).error();
    }
    Run run;
    run.plan = plan;
    auto state = std::make_unique<State>(id, std::move(*file), std::move(run), clock);
    {
        const MutexLock lock(state->mutex);
        Result<void> begun = state->append(records::header(id, plan, digest, clock.now()));
        if (begun) {
            begun = state->append(records::state(RunState::Running, clock.now()));
        }
        if (begun) {
            begun = state->file.sync();
        }
        if (!begun) {
            return std::move(begun).error();
        }
    }
    return Journal(std::move(state));
}

Result<Journal>
Journal::resume(const std::filesystem::path& folder, const OperationId& id, const Clock& clock)
{
    Result<AppendFile> file = AppendFile::open(journalPath(folder, id), true);
    if (!file) {
        return std::move(file).error();
    }
    Result<StoredRun> stored = readRun(folder, id);
    if (!stored) {
        return std::move(stored).error();
    }
    if (stored->readOnly) {
        return Error { ErrorCode::Unsupported,
                       msg("plan.journal-read-only", { { "id", id.str() } }),
                       stored->whyReadOnly,
                       {},
                       msg("plan.use-newer-version") };
    }
    if (stored->tornTail) {
        if (Result<void> cut = file->truncate(stored->goodBytes); !cut) {
            return std::move(cut).error();
        }
    }
    return Journal(std::make_unique<State>(id, std::move(*file), std::move(stored->run), clock));
}

const OperationId& Journal::id() const
{
    return m_state->id;
}

Run Journal::run() const
{
    const MutexLock lock(m_state->mutex);
    return m_state->run;
}

Result<void> Journal::intend(std::vector<WriteRecord>& writes)
{
    const MutexLock lock(m_state->mutex);
    for (WriteRecord& write : writes) {
        write.number = static_cast<int>(m_state->run.writes.size()) + 1;
        if (Result<void> written = m_state->append(records::intent(write)); !written) {
            return written;
        }
    }
    return m_state->file.sync();
}

Result<void> Journal::receipt(int number, WriteRecord::Outcome outcome, const std::string& uid)
{
    const MutexLock lock(m_state->mutex);
    return m_state->append(records::receipt(number, outcome, uid));
}

Result<void> Journal::step(const StepId& step, StepState state, const Error* error)
{
    const MutexLock lock(m_state->mutex);
    return m_state->append(records::step(step, state, error, m_state->clock.now()));
}

Result<void> Journal::hole(const Hole& hole, const std::string& value)
{
    const MutexLock lock(m_state->mutex);
    return m_state->append(records::hole(hole, value));
}

Result<void> Journal::state(RunState state)
{
    const MutexLock lock(m_state->mutex);
    Result<void> written = m_state->append(records::state(state, m_state->clock.now()));
    return written ? m_state->file.sync() : written;
}

} // namespace isthmus::plan

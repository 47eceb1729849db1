// SPDX-License-Identifier: GPL-3.0-or-later
// What a step does. Looking and acting are different functions with different powers: inspect()
// gets a context that cannot write, and the executor calls apply() only for what inspect() found
// needed.
#pragma once

#include "core/base/diagnostics.h"
#include "core/plan/change.h"
#include "core/plan/plan.h"
#include "core/plan/ports.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::plan {

/// For looking: clusters to read from, and the values found so far.
struct ReadContext
{
    ClusterPorts& clusters;
    const Clock& clock;
    std::stop_token stop;
    HoleValues holes = {};
    /// Whether changes are wanted with their diffs and dry runs (a review), or just whether there
    /// are any.
    bool forReview = false;
};

/// A write with what it would replace; the journal derives from it how to take it back.
struct PreparedWrite
{
    kube::Write write;
    json::Value live = {}; ///< the object as it is; null where it does not exist
    json::Value inverse = {}; ///< for JsonPatch: the patch that undoes it
};

/// For acting: everything that is written goes through the journal first.
class WriteContext : public ReadContext
{
public:
    explicit WriteContext(ReadContext read)
        : ReadContext(std::move(read))
    { }

    virtual ~WriteContext() = default;
    WriteContext(const WriteContext&) = delete;
    WriteContext& operator=(const WriteContext&) = delete;

    /// Journals, sends, and settles what stayed unknown by reading. The objects as the server
    /// answered, in order. Errors: the first that is one; the others have been sent, too.
    [[nodiscard]] virtual Result<std::vector<json::Value>>
    write(const ClusterId& cluster, std::vector<PreparedWrite> writes) = 0;
    /// Publishes a value that later steps wait for.
    [[nodiscard]] virtual Result<void> fill(const std::string& holeName,
                                            const std::string& value) = 0;
    /// Why it waits, or what it found: shown live, kept with the step.
    virtual void say(const Message& message) = 0;
    [[nodiscard]] virtual const OperationId& operation() const = 0;
};

struct Inspection
{
    enum class State
    {
        AlreadyRight, ///< nothing to do, nothing to wait for
        Needed,
        Deferred, ///< cannot be said before an earlier step has run
        Blocked, ///< must not be done; `problems` says why
    };

    State state = State::Needed;
    std::vector<Change> changes = {};
    Diagnostics problems = {};
    std::map<std::string, std::string> values = {}; ///< of this step's holes, where already known
    std::optional<Error> failure = {}; ///< Blocked because looking failed: with this
};

/// Looking failed. Keeps the error, so that a server that went away is no refusal by the step.
[[nodiscard]] Inspection blockedBy(Error error, const std::string& subject);

/// Stateless: one object serves all steps of its type, from several threads at once.
class Behaviour
{
public:
    virtual ~Behaviour() = default;

    [[nodiscard]] virtual Inspection inspect(const Step& step,
                                             const ReadContext& context) const = 0;
    /// Idempotent. Called only where inspect() answered Needed.
    [[nodiscard]] virtual Result<void> apply(const Step& step, WriteContext& context) const = 0;
    /// Waits for the step's effect until its deadline; says why it waits; fills its holes.
    [[nodiscard]] virtual Result<void> verify(const Step& step, WriteContext& context) const = 0;
    /// Undo takes the step's own writes back by their receipts. Here goes what controllers made
    /// because of them; called before (`writesGone` false) and after the step's writes are undone.
    [[nodiscard]] virtual Result<void>
    undoResidue(const Step& step, WriteContext& context, bool writesGone) const;
};

/// Behaviours by step type. Built once in the composition, read by everybody.
class Behaviours
{
public:
    void add(std::string type, std::unique_ptr<Behaviour> behaviour);
    /// Null for a type that this version does not know: the plan is another version's.
    [[nodiscard]] const Behaviour* find(const std::string& type) const;

private:
    std::map<std::string, std::unique_ptr<Behaviour>> m_byType;
};

/// A step changed its state, or said something. Sequence numbers have no gaps within a run.
struct Event
{
    int number = 0;
    UtcTime at;
    StepId step; ///< empty for the run itself
    enum class Kind
    {
        Step,
        Said,
        Wrote
    } kind = Kind::Step;
    std::string state = {}; ///< name(StepState), or the write's outcome
    Message message = {};
    std::string detail = {}; ///< the object written; the error's line
};

/// Called from the thread that runs the step, one call at a time.
using EventSink = std::function<void(const Event&)>;

} // namespace isthmus::plan

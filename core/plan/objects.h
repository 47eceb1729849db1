// SPDX-License-Identifier: GPL-3.0-or-later
// The commonest step: a set of objects that shall be in one cluster, and shall be ready. Chart
// steps and others derive from it and only say where the objects come from.
//
// Inputs: objects (a list, holes allowed), required (an existing object of somebody else must get
// our fields, too), awaitReady (verify() waits until each is ready).
#pragma once

#include "core/plan/behaviour.h"

namespace isthmus::plan {

class ObjectsBehaviour : public Behaviour
{
public:
    [[nodiscard]] Inspection inspect(const Step& step, const ReadContext& context) const override;
    [[nodiscard]] Result<void> apply(const Step& step, WriteContext& context) const override;
    [[nodiscard]] Result<void> verify(const Step& step, WriteContext& context) const override;

protected:
    /// What shall be there. Holes that are not known yet stay as markers. Reads at most.
    [[nodiscard]] virtual Result<std::vector<json::Value>>
    objects(const Step& step, const ReadContext& context) const;
    /// The object as it has to be sent over what is there: fields that a controller has taken over
    /// since are left to it. Pure.
    [[nodiscard]] virtual json::Value adjusted(json::Value desired, const json::Value& live) const;
    /// Whether a step that waits waits for this object, too. Pure.
    [[nodiscard]] virtual bool awaits(const kube::ObjectKey& key) const;

private:
    [[nodiscard]] Result<std::vector<PreparedWrite>> missing(const Step& step,
                                                             const ReadContext& context) const;
};

/// Inputs of such a step.
struct ObjectsInputs
{
    std::vector<json::Value> objects = {};
    bool required = false;
    bool awaitReady = false;
};

[[nodiscard]] json::Value toJson(const ObjectsInputs& inputs);

/// Waits until every object is ready as its kind defines it, telling each new reason.
/// Errors: Timeout with the last reason; Internal where an object says it has failed for good.
[[nodiscard]] Result<void> awaitReady(const ClusterId& cluster,
                                      const std::vector<kube::ObjectKey>& keys,
                                      Milliseconds deadline,
                                      WriteContext& context);

/// Whether our field manager has applied this object before.
[[nodiscard]] bool isOurs(const json::Value& live);

/// Sends the writes in waves by kind: what others depend on first.
[[nodiscard]] Result<void>
writeInWaves(const ClusterId& cluster, std::vector<PreparedWrite> writes, WriteContext& context);

} // namespace isthmus::plan

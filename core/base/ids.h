// SPDX-License-Identifier: GPL-3.0-or-later
// Identities are types: no naked string crosses a folder where one of these is meant.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace isthmus {

template<typename Tag>
class Id
{
public:
    Id() = default;

    explicit Id(std::string value)
        : m_value(std::move(value))
    { }

    [[nodiscard]] const std::string& str() const { return m_value; }

    [[nodiscard]] bool empty() const { return m_value.empty(); }

    friend bool operator==(const Id&, const Id&) = default;
    friend auto operator<=>(const Id&, const Id&) = default;

private:
    std::string m_value;
};

/// `name` of a cluster in mesh.yaml, which is Istio's clusterName; immutable after install.
using ClusterId = Id<struct ClusterIdTag>;
/// UID of the namespace kube-system: which cluster it really is, whatever the address says.
using ClusterUid = Id<struct ClusterUidTag>;
/// UTC time and four hex digits: "20261123T230500Z-1a2b".
using OperationId = Id<struct OperationIdTag>;
/// Stable text within a plan, "onprem/control-plane"; numbers are display only.
using StepId = Id<struct StepIdTag>;

} // namespace isthmus

template<typename Tag>
struct std::hash<isthmus::Id<Tag>>
{
    std::size_t operator()(const isthmus::Id<Tag>& id) const noexcept
    {
        return std::hash<std::string> {}(id.str());
    }
};

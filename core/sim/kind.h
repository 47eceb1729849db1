// SPDX-License-Identifier: GPL-3.0-or-later
// The kinds that a simulated cluster serves: Kubernetes' own, and those that CRDs add.
#pragma once

#include "core/json/value.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::sim {

/// A column of `kubectl get`, of a custom resource.
struct Column
{
    std::string name;
    std::string type; ///< "string", "integer", "date"
    std::string path; ///< ".spec.hosts"
    bool wide = false;
};

struct Kind
{
    std::string group; ///< empty for the core group
    std::string version;
    std::string kind;
    std::string plural;
    std::string singular = {};
    std::vector<std::string> shortNames = {};
    std::vector<std::string> categories = {};
    bool namespaced = true;
    bool hasStatus = false; ///< status is written through its sub-resource only
    bool hasScale = false;
    bool custom = false; ///< defined by a CRD: no strategic merge patch, lists are atomic
    std::vector<Column> columns = {};

    [[nodiscard]] std::string apiVersion() const;
    /// "deployments.apps", "pods": as errors and CRDs name it.
    [[nodiscard]] std::string qualified() const;
};

/// A value, not synchronised. Starts with Kubernetes' own kinds.
class KindTable
{
public:
    KindTable();
    /// Null where it is not served.
    [[nodiscard]] const Kind*
    find(std::string_view group, std::string_view version, std::string_view plural) const;
    /// By group and plural, in any version: null where it is not served.
    [[nodiscard]] const Kind* find(std::string_view group, std::string_view plural) const;
    [[nodiscard]] const Kind* byKind(std::string_view apiVersion, std::string_view kind) const;

    /// Every served version, in server order: core first.
    [[nodiscard]] const std::vector<std::shared_ptr<const Kind>>& all() const { return m_kinds; }

    /// Every served version of a CustomResourceDefinition, in place of what it defined before.
    void addFromCrd(const json::Value& crd);
    void remove(std::string_view group, std::string_view plural);

private:
    std::vector<std::shared_ptr<const Kind>> m_kinds;
};

} // namespace isthmus::sim

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/leftovers.h"

#include "core/base/strings.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr std::string_view definitionKind = "CustomResourceDefinition";

std::string nameOf(const IstioObject& object)
{
    std::string out = text(object.key);
    out += object.version.empty() ? "" : " " + object.version;
    return out + " (" + std::string(mesh::name(object.owner)) + ")";
}

/// The definitions counted by owner, everything else by name.
std::string listed(const std::vector<IstioObject>& objects)
{
    std::map<mesh::Owner, int> definitions;
    std::vector<std::string> parts;
    for (const IstioObject& object : objects) {
        if (object.key.kind == definitionKind) {
            ++definitions[object.owner];
        } else {
            parts.push_back(nameOf(object));
        }
    }
    for (const auto& [owner, count] : definitions) {
        parts.push_back(std::to_string(count) + " CRDs (" + std::string(mesh::name(owner)) + ")");
    }
    return join(parts, ", ");
}

/// "" and "default" are one revision: charts leave the label out or write it.
bool isSameRevision(const std::string& found, const std::string& wanted)
{
    const auto plain = [](const std::string& revision) {
        return revision == "default" ? std::string() : revision;
    };
    return plain(found) == plain(wanted);
}

std::string otherRevisions(const LeftoverFacts& facts)
{
    std::set<std::string> found;
    for (const IstioObject& object : facts.objects) {
        if (!object.revision.empty() && !isSameRevision(object.revision, facts.revision)) {
            found.insert(object.revision);
        }
    }
    return join({ found.begin(), found.end() }, ", ");
}

std::string otherVersions(const LeftoverFacts& facts)
{
    std::set<std::string> found;
    for (const IstioObject& object : facts.objects) {
        if (!object.version.empty() && !facts.version.empty() && object.version != facts.version) {
            found.insert(object.version);
        }
    }
    return join({ found.begin(), found.end() }, ", ");
}

/// Owners of that kind of objects, each once.
std::string owners(const LeftoverFacts& facts, mesh::Steering steering)
{
    std::set<std::string> found;
    for (const IstioObject& object : facts.objects) {
        if (mesh::steering(object.owner) == steering) {
            found.emplace(mesh::name(object.owner));
        }
    }
    return join({ found.begin(), found.end() }, ", ");
}

void judge(const LeftoverFacts& facts, CheckItem& item)
{
    const std::string revisions = otherRevisions(facts);
    const std::string versions = otherVersions(facts);
    const std::string controllers = owners(facts, mesh::Steering::Export);
    const std::string others = owners(facts, mesh::Steering::Patch);
    item.outcome = Outcome::Warn;
    if (!revisions.empty()) {
        item.outcome = facts.installs ? Outcome::Fail : Outcome::Warn;
        item.cause =
            msg("checks.other-revision", { { "found", revisions }, { "wanted", facts.revision } });
        item.remedy = msg("checks.other-revision.do", { { "found", revisions } });
    } else if (!controllers.empty()) {
        item.cause = msg("checks.controller-owns", { { "owner", controllers } });
        item.remedy = msg("checks.controller-owns.do", { { "owner", controllers } });
    } else if (!others.empty()) {
        item.cause = msg("checks.foreign-istio", { { "owner", others } });
        item.remedy = msg("checks.foreign-istio.do");
    } else if (!facts.labelledNetwork.empty() && !facts.network.empty()
               && facts.labelledNetwork != facts.network) {
        item.cause = msg("checks.other-network",
                         { { "found", facts.labelledNetwork }, { "wanted", facts.network } });
        item.remedy = msg("checks.other-network.do", { { "found", facts.labelledNetwork } });
    } else if (!versions.empty()) {
        item.cause =
            msg("checks.other-version", { { "found", versions }, { "wanted", facts.version } });
        item.remedy = msg("checks.other-version.do", { { "found", versions } });
    } else {
        item.outcome = Outcome::Pass;
    }
}

} // namespace

CheckItem checkLeftovers(const LeftoverFacts& facts)
{
    CheckItem item { .id = "P5", .from = facts.cluster, .outcome = Outcome::Pass };
    item.evidence = facts.objects.empty()
        ? msg("checks.no-istio")
        : msg("checks.istio", { { "objects", listed(facts.objects) } });
    judge(facts, item);
    return item;
}

} // namespace isthmus::checks

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/owner.h"

#include "core/base/strings.h"
#include "core/kube/object.h"

#include <algorithm>
#include <optional>

namespace isthmus::mesh {

namespace {

enum class Where
{
    Label,
    Annotation,
    Manager,
    OwnerKind
};

struct Sign
{
    Owner owner;
    Where where;
    std::string_view key;
};

/// In order of precedence. Managers and owner kinds are matched by name.
constexpr Sign controllers[] = {
    { Owner::Flagger, Where::OwnerKind, "Canary" },
    { Owner::Flagger, Where::Manager, "flagger" },
    { Owner::ArgoRollouts, Where::Annotation, "argo-rollouts.argoproj.io/managed-by-rollouts" },
    { Owner::ArgoRollouts, Where::Manager, "rollouts-controller" },
    { Owner::ArgoCd, Where::Annotation, "argocd.argoproj.io/tracking-id" },
    { Owner::ArgoCd, Where::Manager, "argocd-controller" },
    { Owner::ArgoCd, Where::Manager, "argocd-application-controller" },
    { Owner::Flux, Where::Label, "kustomize.toolkit.fluxcd.io/name" },
    { Owner::Flux, Where::Label, "kustomize.toolkit.fluxcd.io/namespace" },
    { Owner::Flux, Where::Label, "helm.toolkit.fluxcd.io/name" },
    { Owner::Flux, Where::Label, "helm.toolkit.fluxcd.io/namespace" },
    { Owner::Flux, Where::Manager, "kustomize-controller" },
    { Owner::Flux, Where::Manager, "helm-controller" },
};

bool hasManager(const json::Value& object, std::string_view manager)
{
    return std::ranges::any_of(
        object["metadata"]["managedFields"].array(), [manager](const json::Value& entry) {
            return entry["manager"].string() == manager && entry["subresource"].string().empty();
        });
}

bool hasSign(const json::Value& object, const Sign& sign)
{
    switch (sign.where) {
    case Where::Label:
        return !kube::label(object, sign.key).empty();
    case Where::Annotation:
        return !kube::annotation(object, sign.key).empty();
    case Where::Manager:
        return hasManager(object, sign.key);
    case Where::OwnerKind:
        break;
    }
    return std::ranges::any_of(
        object["metadata"]["ownerReferences"].array(),
        [&sign](const json::Value& reference) { return reference["kind"].string() == sign.key; });
}

std::string describe(const Sign& sign)
{
    switch (sign.where) {
    case Where::Label:
        return "label " + std::string(sign.key);
    case Where::Annotation:
        return "annotation " + std::string(sign.key);
    case Where::Manager:
        return "field manager " + std::string(sign.key);
    case Where::OwnerKind:
        break;
    }
    return "owned by a " + std::string(sign.key);
}

bool isPerson(std::string_view manager)
{
    // before-first-apply is what the server calls whoever wrote before server-side apply came.
    return manager.starts_with("kubectl") || manager == "before-first-apply";
}

bool isHelm(const json::Value& object)
{
    return kube::label(object, "app.kubernetes.io/managed-by") == "Helm"
        || !kube::annotation(object, "meta.helm.sh/release-name").empty();
}

/// Whether a fieldsV1 set holds the path. An empty set below a key means the whole value.
bool holds(const json::Value& fields, const std::vector<std::string>& path)
{
    const json::Value* at = &fields;
    for (const std::string& step : path) {
        const std::string key = "f:" + step;
        if (!at->contains(key)) {
            return at != &fields && at->object().empty();
        }
        at = &(*at)[key];
    }
    return true;
}

/// The part of `value` that a fieldsV1 set names.
json::Value extract(const json::Value& value, const json::Value& fields)
{
    if (fields.object().empty() || value.asObject() == nullptr) {
        return value;
    }
    json::Value out = json::Object();
    for (const auto& [key, inner] : fields.object()) {
        const std::string name = key.starts_with("f:") ? key.substr(2) : std::string();
        if (!name.empty() && value.contains(name)) {
            out.member(name) = extract(value[name], inner);
        }
    }
    return out;
}

} // namespace

std::string_view name(Owner owner)
{
    switch (owner) {
    case Owner::Isthmus:
        return "Isthmus";
    case Owner::ArgoCd:
        return "Argo CD";
    case Owner::Flux:
        return "Flux";
    case Owner::ArgoRollouts:
        return "Argo Rollouts";
    case Owner::Flagger:
        return "Flagger";
    case Owner::Helm:
        return "Helm";
    case Owner::Person:
        return "a person with kubectl";
    case Owner::Unknown:
        break;
    }
    return "somebody else";
}

Steering steering(Owner owner)
{
    switch (owner) {
    case Owner::Isthmus:
        return Steering::Apply;
    case Owner::ArgoCd:
    case Owner::Flux:
    case Owner::ArgoRollouts:
    case Owner::Flagger:
        return Steering::Export;
    case Owner::Helm:
    case Owner::Person:
    case Owner::Unknown:
        break;
    }
    return Steering::Patch;
}

std::vector<std::string> managersOf(const json::Value& object, std::string_view path)
{
    const std::vector<std::string> steps = split(path, '.');
    std::vector<std::string> out;
    for (const json::Value& entry : object["metadata"]["managedFields"].array()) {
        const std::string& manager = entry["manager"].string();
        if (entry["subresource"].string().empty() && holds(entry["fieldsV1"], steps)
            && std::ranges::find(out, manager) == out.end()) {
            out.push_back(manager);
        }
    }
    return out;
}

Ownership ownerOf(const json::Value& object, std::string_view path)
{
    Ownership out;
    out.managers = managersOf(object, path);
    for (const Sign& sign : controllers) {
        if (hasSign(object, sign)) {
            out.owner = sign.owner;
            out.evidence = describe(sign);
            return out;
        }
    }
    const bool ours = std::ranges::find(out.managers, fieldManager) != out.managers.end();
    const bool marked = !kube::annotation(object, operationAnnotation).empty();
    const auto person = std::ranges::find_if(out.managers, isPerson);
    if (ours) {
        out.owner = Owner::Isthmus;
        out.evidence = "field manager " + std::string(fieldManager);
    } else if (marked && out.managers.empty()) {
        out.owner = Owner::Isthmus;
        out.evidence = "annotation " + std::string(operationAnnotation);
    } else if (!marked && isHelm(object)) {
        out.owner = Owner::Helm;
        out.evidence = kube::annotation(object, "meta.helm.sh/release-name").empty()
            ? "label app.kubernetes.io/managed-by"
            : "annotation meta.helm.sh/release-name";
    } else if (person != out.managers.end()) {
        out.owner = Owner::Person;
        out.evidence = "field manager " + *person;
    } else if (!out.managers.empty()) {
        out.evidence = "field manager " + out.managers.front();
    }
    return out;
}

json::Value appliedBy(const json::Value& object, std::string_view manager)
{
    json::Value out = json::Object();
    for (const json::Value& entry : object["metadata"]["managedFields"].array()) {
        if (entry["manager"].string() == manager && entry["operation"].string() == "Apply"
            && entry["subresource"].string().empty()) {
            out = extract(object, entry["fieldsV1"]);
            break;
        }
    }
    for (const std::string_view key : { "apiVersion", "kind" }) {
        out.member(key) = object[key];
    }
    json::Value& metadata = out.member("metadata");
    for (const std::string_view key : { "name", "namespace", "resourceVersion" }) {
        if (object["metadata"].contains(key)) {
            metadata.member(key) = object["metadata"][key];
        }
    }
    return out;
}

bool rolloutSteers(const json::Value& rollout, std::string_view ns, std::string_view name)
{
    const json::Value& istio = rollout["spec"]["strategy"]["canary"]["trafficRouting"]["istio"];
    const std::string& home = rollout["metadata"]["namespace"].string();
    // Rollouts write the name as NAME or NAME.NAMESPACE.
    const auto names = [&](const json::Value& service) {
        const std::string& written = service["name"].string();
        return (written == name && home == ns)
            || written == std::string(name) + "." + std::string(ns);
    };
    return names(istio["virtualService"])
        || std::ranges::any_of(istio["virtualServices"].array(), names);
}

} // namespace isthmus::mesh

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/defaults.h"

#include "core/base/strings.h"

namespace isthmus::sim {

namespace {

using json::Value;

void byDefault(Value& object, const char* name, Value value)
{
    if (object[name].isNull()) {
        object.member(name) = std::move(value);
    }
}

void defaultContainer(Value& container)
{
    const std::string& image = container["image"].string();
    const bool latest = image.ends_with(":latest") || image.find(':') == std::string::npos;
    byDefault(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
    byDefault(container, "terminationMessagePath", "/dev/termination-log");
    byDefault(container, "terminationMessagePolicy", "File");
    byDefault(container, "resources", json::Object {});
    if (json::Array* ports = container.member("ports").asArray()) {
        for (Value& port : *ports) {
            byDefault(port, "protocol", "TCP");
        }
    } else {
        container.erase("ports");
    }
}

void defaultPodSpec(Value& spec)
{
    byDefault(spec, "restartPolicy", "Always");
    byDefault(spec, "dnsPolicy", "ClusterFirst");
    byDefault(spec, "terminationGracePeriodSeconds", 30);
    byDefault(spec, "schedulerName", "default-scheduler");
    byDefault(spec, "securityContext", json::Object {});
    if (!spec["serviceAccountName"].string().empty()) {
        byDefault(spec, "serviceAccount", spec["serviceAccountName"]);
    }
    for (const char* list : { "containers", "initContainers" }) {
        if (json::Array* containers = spec.contains(list) ? spec.member(list).asArray() : nullptr) {
            for (Value& container : *containers) {
                defaultContainer(container);
            }
        }
    }
}

void defaultService(const Value& before, Value& object, std::mt19937_64& random)
{
    Value& spec = object.member("spec");
    byDefault(spec, "type", "ClusterIP");
    byDefault(spec, "sessionAffinity", "None");
    const std::string type = spec["type"].string();
    if (type != "ExternalName") {
        byDefault(spec, "internalTrafficPolicy", "Cluster");
        if (spec["clusterIP"].string().empty()) {
            spec.member("clusterIP") = before["spec"]["clusterIP"].string().empty()
                ? Value("10.96." + std::to_string(random() % 256) + '.'
                        + std::to_string(1 + random() % 254))
                : before["spec"]["clusterIP"];
        }
        spec.member("clusterIPs") = json::Array { spec["clusterIP"] };
        byDefault(spec, "ipFamilies", json::Array { "IPv4" });
        byDefault(spec, "ipFamilyPolicy", "SingleStack");
    }
    const bool nodePorts = type == "LoadBalancer" || type == "NodePort";
    if (nodePorts) {
        byDefault(spec, "externalTrafficPolicy", "Cluster");
    }
    if (type == "LoadBalancer") {
        byDefault(spec, "allocateLoadBalancerNodePorts", true);
    }
    if (json::Array* ports = spec.contains("ports") ? spec.member("ports").asArray() : nullptr) {
        for (Value& port : *ports) {
            byDefault(port, "protocol", "TCP");
            byDefault(port, "targetPort", port["port"]);
            for (const Value& old : before["spec"]["ports"].array()) {
                if (nodePorts && old["port"] == port["port"] && old.contains("nodePort")) {
                    byDefault(port, "nodePort", old["nodePort"]);
                }
            }
            if (nodePorts) {
                byDefault(port, "nodePort", 30'000 + static_cast<int>(random() % 2'768));
            }
        }
    }
    byDefault(object, "status", json::Object { { "loadBalancer", json::Object {} } });
}

void defaultWorkload(const std::string& kind, Value& object)
{
    Value& spec = object.member("spec");
    if (spec.contains("template")) {
        defaultPodSpec(spec.member("template").member("spec"));
        byDefault(spec.member("template").member("metadata"), "creationTimestamp", nullptr);
    }
    if (kind == "Deployment") {
        byDefault(spec, "progressDeadlineSeconds", 600);
        byDefault(spec,
                  "strategy",
                  json::Object {
                      { "type", "RollingUpdate" },
                      { "rollingUpdate",
                        json::Object { { "maxSurge", "25%" }, { "maxUnavailable", "25%" } } } });
    }
    if (kind != "DaemonSet" && kind != "Job") {
        byDefault(spec, "replicas", 1);
    }
    if (kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet") {
        byDefault(spec, "revisionHistoryLimit", 10);
    }
    if (kind == "Job") {
        byDefault(spec, "backoffLimit", 6);
        byDefault(spec, "completions", 1);
        byDefault(spec, "parallelism", 1);
    }
}

void defaultSecret(Value& object)
{
    byDefault(object, "type", "Opaque");
    const json::Object plain = object["stringData"].object();
    for (const auto& [name, text] : plain) {
        object.member("data").member(name) = base64Encode(text.string());
    }
    object.erase("stringData");
}

void defaultNamespace(Value& object)
{
    object.member("metadata").member("labels").member("kubernetes.io/metadata.name") =
        object["metadata"]["name"];
    if (!object["metadata"].contains("deletionTimestamp")) {
        byDefault(object.member("spec"), "finalizers", json::Array { "kubernetes" });
    }
    byDefault(object.member("status"), "phase", "Active");
}

void defaultCrd(Value& object)
{
    Value& spec = object.member("spec");
    Value& names = spec.member("names");
    byDefault(names, "listKind", names["kind"].string() + "List");
    byDefault(spec, "conversion", json::Object { { "strategy", "None" } });
}

void defaultWebhooks(Value& object)
{
    const bool mutating = object["kind"].string() == "MutatingWebhookConfiguration";
    json::Array* webhooks =
        object.contains("webhooks") ? object.member("webhooks").asArray() : nullptr;
    if (webhooks == nullptr) {
        return;
    }
    for (Value& webhook : *webhooks) {
        byDefault(webhook, "failurePolicy", "Fail");
        byDefault(webhook, "matchPolicy", "Equivalent");
        byDefault(webhook, "namespaceSelector", json::Object {});
        byDefault(webhook, "objectSelector", json::Object {});
        byDefault(webhook, "timeoutSeconds", 10);
        if (mutating) {
            byDefault(webhook, "reinvocationPolicy", "Never");
        }
    }
}

std::vector<Cause> checkName(const Kind& kind, const std::string& name)
{
    const bool label = kind.plural == "namespaces" || kind.plural == "services";
    const bool path = kind.group == "rbac.authorization.k8s.io"; // names like system:node
    if (path || (label ? isDns1123Label(name) : isDns1123Subdomain(name))) {
        return {};
    }
    const std::string rule = label ? "a lowercase RFC 1123 label must consist of lower case "
                                     "alphanumeric characters or '-'"
                                   : "a lowercase RFC 1123 subdomain must consist of lower case "
                                     "alphanumeric characters, '-' or '.'";
    return { { "metadata.name",
               "FieldValueInvalid",
               "Invalid value: \"" + name + "\": " + rule
                   + ", and must start and end with an alphanumeric character" } };
}

Cause required(const char* field)
{
    return { field, "FieldValueRequired", "Required value" };
}

void checkWorkload(const Value& before, const Value& object, std::vector<Cause>& out)
{
    const Value& spec = object["spec"];
    if (spec["selector"].object().empty()) {
        out.push_back(required("spec.selector"));
    }
    for (const auto& [name, value] : spec["selector"]["matchLabels"].object()) {
        if (spec["template"]["metadata"]["labels"][name] != value) {
            out.push_back({ "spec.template.metadata.labels",
                            "FieldValueInvalid",
                            "Invalid value: " + json::write(spec["template"]["metadata"]["labels"])
                                + ": `selector` does not match template `labels`" });
            break;
        }
    }
    if (!before.isNull() && before["spec"]["selector"] != spec["selector"]) {
        out.push_back(
            { "spec.selector",
              "FieldValueInvalid",
              "Invalid value: " + json::write(spec["selector"]) + ": field is immutable" });
    }
    if (spec["template"]["spec"]["containers"].array().empty()) {
        out.push_back(required("spec.template.spec.containers"));
    }
}

} // namespace

void setDefaults(const Kind& kind, const Value& before, Value& object, std::mt19937_64& random)
{
    if (kind.custom) {
        return;
    }
    if (kind.kind == "Service") {
        defaultService(before, object, random);
    } else if (kind.group == "apps" || kind.kind == "Job") {
        defaultWorkload(kind.kind, object);
    } else if (kind.kind == "Pod") {
        defaultPodSpec(object.member("spec"));
        byDefault(object.member("status"), "phase", "Pending");
    } else if (kind.kind == "Secret") {
        defaultSecret(object);
    } else if (kind.kind == "Namespace") {
        defaultNamespace(object);
    } else if (kind.kind == "CustomResourceDefinition") {
        defaultCrd(object);
    } else if (kind.group == "admissionregistration.k8s.io") {
        defaultWebhooks(object);
    } else if (kind.kind == "HorizontalPodAutoscaler") {
        byDefault(object.member("spec"), "minReplicas", 1);
    }
}

std::vector<Cause> validate(const Kind& kind, const Value& before, const Value& object)
{
    std::vector<Cause> out = checkName(kind, object["metadata"]["name"].string());
    if (kind.kind == "Service" && object["spec"]["ports"].array().empty()
        && object["spec"]["clusterIP"].string() != "None"
        && object["spec"]["type"].string() != "ExternalName") {
        out.push_back(required("spec.ports"));
    }
    if (kind.kind == "Deployment" || kind.kind == "StatefulSet" || kind.kind == "DaemonSet") {
        checkWorkload(before, object, out);
    }
    if (kind.kind == "Secret" && !before.isNull() && before["type"] != object["type"]) {
        out.push_back({ "type",
                        "FieldValueInvalid",
                        "Invalid value: " + json::write(object["type"]) + ": field is immutable" });
    }
    if (kind.kind == "CustomResourceDefinition") {
        const std::string wanted =
            object["spec"]["names"]["plural"].string() + '.' + object["spec"]["group"].string();
        if (object["metadata"]["name"].string() != wanted) {
            out.push_back({ "metadata.name",
                            "FieldValueInvalid",
                            "Invalid value: " + json::write(object["metadata"]["name"])
                                + ": must be spec.names.plural+\".\"+spec.group" });
        }
    }
    for (const char* field : { "data", "binaryData" }) {
        for (const auto& [name, value] : object[field].object()) {
            if ((kind.kind == "ConfigMap" || kind.kind == "Secret")
                && value.asString() == nullptr) {
                out.push_back({ std::string(field) + '[' + name + ']',
                                "FieldValueInvalid",
                                "Invalid value: must be a string" });
            }
        }
    }
    return out;
}

} // namespace isthmus::sim

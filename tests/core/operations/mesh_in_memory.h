// SPDX-License-Identifier: GPL-3.0-or-later
// Two clusters in memory whose controllers and istiod do what the steps of a whole mesh wait for.
#pragma once

#include "core/operations/names.h"
#include "tests/core/operations/fake_run.h"

namespace isthmus::test {

inline json::Value named(const std::string& apiVersion,
                         const std::string& kind,
                         const std::string& name,
                         const std::string& ns = "istio-system")
{
    json::Value out = json::Object { { "apiVersion", apiVersion }, { "kind", kind } };
    out.member("metadata").member("name") = name;
    if (!ns.empty()) {
        out.member("metadata").member("namespace") = ns;
    }
    return out;
}

inline json::Value webhookConfiguration()
{
    json::Value out = named("admissionregistration.k8s.io/v1",
                            "MutatingWebhookConfiguration",
                            "istio-sidecar-injector",
                            "");
    out.member("webhooks").push(json::Object { { "name", "rev.namespace" } });
    return out;
}

/// As much of Istio's charts as the steps look at.
inline std::vector<json::Value> miniatureCharts(const operations::ChartRequest& request)
{
    if (request.chart == "base") {
        return { named("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways.istio", ""),
                 named("v1", "ServiceAccount", std::string(operations::readerAccount)) };
    }
    if (request.chart == "gateway") {
        json::Value service = named("v1", "Service", request.release);
        service.member("spec").member("type") = request.values["service"]["type"];
        return { named("apps/v1", "Deployment", request.release), std::move(service) };
    }
    if (request.values["profile"].string() != "remote") {
        return { named("apps/v1", "Deployment", "istiod"), webhookConfiguration() };
    }
    json::Value slice = named("discovery.k8s.io/v1", "EndpointSlice", "istiod");
    slice.member("endpoints").push(request.values["global"]["remotePilotAddress"]);
    return { std::move(slice), webhookConfiguration() };
}

class MeshInMemory : public FakeRun
{
public:
    MeshInMemory()
    {
        ports.charts.rendered = miniatureCharts;
        onprem.controllers = [this](json::Value& object) {
            ready(object, "203.0.113.11");
            const std::string name = kube::keyOf(object).name;
            if (name == "cacerts") {
                m_root = base64Decode(object["data"]["root-cert.pem"].string()).value_or("");
            } else if (name == "istiod") {
                startIstiod();
            } else if (name == "istio-sidecar-injector") {
                object = trusting(std::move(object));
            } else if (name == "istio-remote-secret-gke") {
                adoptRemote();
            }
        };
        gke.controllers = [this](json::Value& object) { ready(object, "203.0.113.21"); };
    }

    bool balancers = true; ///< whether Services get addresses

private:
    void ready(json::Value& object, const std::string& address) const
    {
        const std::string& kind = object["kind"].string();
        json::Value& status = object.member("status");
        if (kind == "Deployment") {
            for (const char* count :
                 { "replicas", "updatedReplicas", "readyReplicas", "availableReplicas" }) {
                status.member(count) = object["spec"]["replicas"].integer(1);
            }
            status.member("conditions") =
                json::Array { json::Object { { "type", "Available" }, { "status", "True" } } };
        } else if (kind == "CustomResourceDefinition") {
            status.member("conditions") =
                json::Array { json::Object { { "type", "Established" }, { "status", "True" } },
                              json::Object { { "type", "NamesAccepted" }, { "status", "True" } } };
        } else if (kind == "Service") {
            object.member("spec").member("clusterIP") = "10.96.0.10";
            if (balancers && object["spec"]["type"].string() == "LoadBalancer") {
                status.member("loadBalancer").member("ingress") =
                    json::Array { json::Object { { "ip", address } } };
            }
        } else if (object["type"].string() == "kubernetes.io/service-account-token") {
            object.member("data") = json::Object { { "token", base64Encode("a token") },
                                                   { "ca.crt", base64Encode("a CA") } };
        }
    }

    void startIstiod()
    {
        json::Value pod = named("v1", "Pod", "istiod-x");
        pod.member("metadata").member("labels").member("app") = "istiod";
        pod.member("status").member("phase") = "Running";
        onprem.put(std::move(pod), "kubelet");
        onprem.put(rootCopy(), "pilot-discovery");
    }

    void adoptRemote()
    {
        gke.put(trusting(gke.at("MutatingWebhookConfiguration", "istio-sidecar-injector")));
        gke.put(rootCopy(), "pilot-discovery");
        onprem.paths["/api/v1/namespaces/istio-system/pods/istiod-x:15014/proxy/metrics"] =
            "istiod_remote_cluster_sync_status{cluster=\"gke\",status=\"synced\"} 1\n";
    }

    [[nodiscard]] json::Value rootCopy() const
    {
        json::Value out = named("v1", "ConfigMap", std::string(operations::rootCertificate));
        out.member("data").member("root-cert.pem") = m_root;
        return out;
    }

    [[nodiscard]] json::Value trusting(json::Value configuration) const
    {
        for (json::Value& webhook : *configuration.member("webhooks").asArray()) {
            webhook.member("clientConfig").member("caBundle") = base64Encode(m_root);
        }
        return configuration;
    }

    std::string m_root;
};

} // namespace isthmus::test

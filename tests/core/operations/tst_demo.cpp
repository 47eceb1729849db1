// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/object.h"
#include "core/operations/demo/manifests.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;
using operations::OperationKind;

namespace {

/// "Deployment frontend" per object that is no Service.
std::string workloads(const json::Value& objects)
{
    std::string out;
    for (const json::Value& object : objects.array()) {
        if (object["kind"].string() != "Service") {
            out += text(kube::keyOf(object)) + "\n";
        }
    }
    return out;
}

std::size_t services(const json::Value& objects)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(objects.array(), [](const json::Value& object) {
            return object["kind"].string() == "Service";
        }));
}

const json::Value& named(const json::Value& objects, const std::string& kind, const char* name)
{
    static const json::Value none;
    for (const json::Value& object : objects.array()) {
        if (object["kind"].string() == kind && kube::keyOf(object).name == name) {
            return object;
        }
    }
    return none;
}

std::string variable(const json::Value& deployment, const std::string& name)
{
    for (const json::Value& one :
         deployment["spec"]["template"]["spec"]["containers"][0]["env"].array()) {
        if (one["name"].string() == name) {
            return one["value"].string();
        }
    }
    return "not set";
}

} // namespace

class TestDemo : public test::TestBase
{
    Q_OBJECT

private slots:

    void runsTheFrontendAloneInTheRemote()
    {
        const test::Mesh mesh;
        const json::Value here = mesh.inputsOf("onprem/demo")["objects"];
        const json::Value there = mesh.inputsOf("gke/demo")["objects"];
        COMPARE_TEXT(workloads(there), "Deployment hipster-store/frontend\n");
        COMPARE_TEXT(workloads(here), R"(Deployment hipster-store/frontend
Deployment hipster-store/adservice
Deployment hipster-store/cartservice
Deployment hipster-store/checkoutservice
Deployment hipster-store/currencyservice
Deployment hipster-store/emailservice
Deployment hipster-store/paymentservice
Deployment hipster-store/productcatalogservice
Deployment hipster-store/recommendationservice
Deployment hipster-store/shippingservice
Deployment hipster-store/redis-cart
)");
        QCOMPARE(services(here), std::size_t { 11 });
        QCOMPARE(services(there), std::size_t { 11 }); // names resolve only where a Service is
    }

    void letsTheBannerTellTheCluster()
    {
        const test::Mesh mesh;
        for (const char* cluster : { "onprem", "gke" }) {
            const json::Value objects = mesh.inputsOf(std::string(cluster) + "/demo")["objects"];
            COMPARE_TEXT(variable(named(objects, "Deployment", "frontend"), "FRONTEND_MESSAGE"),
                         "Served by " + std::string(cluster));
        }
    }

    void switchesInjectionOnBeforeTheFirstPod()
    {
        const json::Value ns = test::Mesh().inputsOf("gke/demo-namespace");
        COMPARE_TEXT(json::write(ns["objects"][0]["metadata"]),
                     R"({"labels":{"istio-injection":"enabled"},"name":"hipster-store"})");
        QVERIFY(ns["required"].boolean());
    }

    void takesImagesFromAMirror()
    {
        for (const char* prefix : { "mirror.example.com/shop", "mirror.example.com/shop/" }) {
            const test::Mesh mesh(test::sampleWith(
                "  demo:\n",
                "  demo:\n    images: {prefix: " + std::string(prefix) + ", pullSecret: pull}\n"));
            const json::Value frontend =
                named(mesh.inputsOf("gke/demo")["objects"], "Deployment", "frontend");
            const json::Value& pod = frontend["spec"]["template"]["spec"];
            const std::string& image = pod["containers"][0]["image"].string();
            QVERIFY2(image.starts_with("mirror.example.com/shop/frontend:"), image.c_str());
            COMPARE_TEXT(json::write(pod["imagePullSecrets"]), R"([{"name":"pull"}])");
        }
        const json::Value frontend =
            named(test::Mesh().inputsOf("gke/demo")["objects"], "Deployment", "frontend");
        QVERIFY(!frontend["spec"]["template"]["spec"].contains("imagePullSecrets"));
    }

    void sendsVisitorsToThePublicHost()
    {
        const json::Value objects = test::Mesh().inputsOf("onprem/demo-load")["objects"];
        COMPARE_TEXT(workloads(objects),
                     "ConfigMap hipster-store/loadgenerator-ca\n"
                     "Deployment hipster-store/loadgenerator\n");
        COMPARE_TEXT(variable(objects[1], "HOST"), "hipster-store.apps.example.com");
        COMPARE_TEXT(json::write(objects[0]["data"]),
                     R"({"ca.crt":{"isthmus.io/hole":"onprem/certificate#certificate"}})");
    }

    void sendsNobodyWhereThereIsNothingToAsk()
    {
        const auto has = [](const std::string& from, const std::string& to) {
            const operations::Planned planned =
                test::Mesh(test::sampleWith(from, to)).plan(OperationKind::Apply);
            return planned.plan.find(StepId("onprem/demo-load")) != nullptr;
        };
        QVERIFY(has("  demo:\n", "  demo:\n    load: true\n"));
        QVERIFY(!has("  demo:\n", "  demo:\n    load: false\n"));
        QVERIFY(!has("gateways: [ingress, mesh]", "gateways: [mesh]"));
        QVERIFY(!has("name: frontend\n      namespace: hipster-store",
                     "name: frontend\n      namespace: other"));
    }

    void followsThePlacement()
    {
        const test::Mesh mesh(test::sampleWith("{frontend: [onprem, gke], others: [onprem]}",
                                               "{frontend: [gke], others: [gke]}"));
        const operations::Planned planned = mesh.plan(OperationKind::Apply);
        QVERIFY(planned.plan.find(StepId("onprem/demo")) == nullptr);
        QCOMPARE(workloads(mesh.inputsOf("gke/demo")["objects"]).find("redis-cart")
                     != std::string::npos,
                 true);
    }
};

ISTHMUS_TEST_MAIN(TestDemo)
#include "tst_demo.moc"

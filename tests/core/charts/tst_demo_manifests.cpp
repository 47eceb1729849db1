// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's manifests as the operation that installs them reads them.
#include "core/base/file.h"
#include "core/yaml/document.h"
#include "tests/support/test.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace isthmus;

namespace {

std::vector<json::Value> read(const std::string& name)
{
    const std::filesystem::path file =
        std::filesystem::path(ISTHMUS_SOURCE_DIR) / "resources" / "demo" / name;
    const auto text = readFile(file);
    auto objects =
        text ? yaml::parseManifests(*text, name) : Result<std::vector<json::Value>>(text.error());
    return objects ? *std::move(objects) : std::vector<json::Value>();
}

std::string named(const std::vector<json::Value>& objects)
{
    std::string out;
    for (const json::Value& object : objects) {
        out += object["kind"].string() + " " + object["metadata"]["name"].string() + "\n";
    }
    return out;
}

const json::Value& container(const json::Value& deployment)
{
    return deployment["spec"]["template"]["spec"]["containers"][0];
}

std::vector<json::Value> deployments()
{
    std::vector<json::Value> out;
    for (const char* name : { "frontend.yaml", "backends.yaml", "load.yaml" }) {
        for (json::Value& object : read(name)) {
            out.push_back(std::move(object));
        }
    }
    return out;
}

/// "name:port" of every Service.
std::set<std::string> addresses()
{
    std::set<std::string> out;
    for (const json::Value& service : read("services.yaml")) {
        out.insert(service["metadata"]["name"].string() + ":"
                   + std::to_string(service["spec"]["ports"][0]["port"].integer()));
    }
    return out;
}

} // namespace

class TestDemoManifests : public test::TestBase
{
    Q_OBJECT

private slots:

    void parseIntoTheShop()
    {
        COMPARE_TEXT(named(read("frontend.yaml")), "Deployment frontend\n");
        COMPARE_TEXT(named(read("load.yaml")), "Deployment loadgenerator\n");
        COMPARE_TEXT(
            named(read("backends.yaml")),
            "Deployment adservice\nDeployment cartservice\nDeployment checkoutservice\n"
            "Deployment currencyservice\nDeployment emailservice\nDeployment paymentservice\n"
            "Deployment productcatalogservice\nDeployment recommendationservice\n"
            "Deployment shippingservice\nDeployment redis-cart\n");
        COMPARE_TEXT(
            named(read("services.yaml")),
            "Service frontend\nService adservice\nService cartservice\nService checkoutservice\n"
            "Service currencyservice\nService emailservice\nService paymentservice\n"
            "Service productcatalogservice\nService recommendationservice\nService "
            "shippingservice\n"
            "Service redis-cart\n");
    }

    void nameNoNamespace()
    {
        for (const char* name :
             { "services.yaml", "frontend.yaml", "backends.yaml", "load.yaml" }) {
            for (const json::Value& object : read(name)) {
                QVERIFY2(!object["metadata"].contains("namespace"), name);
            }
        }
    }

    void letEachServiceReachItsPods()
    {
        const std::vector<json::Value> all = deployments();
        for (const json::Value& service : read("services.yaml")) {
            const std::string& name = service["metadata"]["name"].string();
            const auto pods =
                std::find_if(all.begin(), all.end(), [&](const json::Value& deployment) {
                    return deployment["spec"]["template"]["metadata"]["labels"]["app"]
                        == service["spec"]["selector"]["app"];
                });
            QVERIFY2(pods != all.end(), name.c_str());
            const json::Value& port = service["spec"]["ports"][0];
            QVERIFY2(port["targetPort"] == container(*pods)["ports"][0]["containerPort"],
                     name.c_str());
            const std::string protocol = name == "frontend" ? "http"
                : name == "redis-cart"                      ? "tcp-redis"
                                                            : "grpc";
            COMPARE_TEXT(port["name"].string(), protocol);
        }
    }

    void selectTheirOwnPods()
    {
        for (const json::Value& deployment : deployments()) {
            const json::Value& spec = deployment["spec"];
            COMPARE_TEXT(spec["selector"]["matchLabels"]["app"].string(),
                         deployment["metadata"]["name"].string());
            COMPARE_TEXT(spec["template"]["metadata"]["labels"]["app"].string(),
                         deployment["metadata"]["name"].string());
        }
    }

    void callOnlyServicesThatAreThere()
    {
        const std::set<std::string> known = addresses();
        std::size_t calls = 0;
        for (const json::Value& deployment : deployments()) {
            for (const json::Value& variable : container(deployment)["env"].array()) {
                const std::string& name = variable["name"].string();
                // Optional in Online Boutique and left out here; the frontend wants the variable
                // all the same.
                const bool assistant = name == "SHOPPING_ASSISTANT_SERVICE_ADDR";
                if (name.ends_with("_ADDR") && !assistant) {
                    QVERIFY2(known.count(variable["value"].string()) == 1, name.c_str());
                    ++calls;
                }
            }
        }
        QCOMPARE(calls, std::size_t { 15 });
    }

    void giveEveryPodSmallRequestsAndNoRights()
    {
        for (const json::Value& deployment : deployments()) {
            const std::string& name = deployment["metadata"]["name"].string();
            QVERIFY2(container(deployment)["resources"]["requests"].contains("memory"),
                     name.c_str());
            QVERIFY2(
                !container(deployment)["securityContext"]["allowPrivilegeEscalation"].boolean(true),
                name.c_str());
            QVERIFY2(
                deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"].boolean(),
                name.c_str());
        }
    }

    void probeTheShop()
    {
        for (const char* name : { "frontend.yaml", "backends.yaml" }) {
            for (const json::Value& deployment : read(name)) {
                QVERIFY2(container(deployment).contains("readinessProbe"), name);
                QVERIFY2(container(deployment).contains("livenessProbe"), name);
            }
        }
    }

    void leaveABannerToFillIn()
    {
        const std::vector<json::Value> frontend = read("frontend.yaml");
        const json::Array& variables = container(frontend.at(0))["env"].array();
        QCOMPARE(std::count_if(variables.begin(),
                               variables.end(),
                               [](const json::Value& variable) {
                                   return variable["name"].string() == "FRONTEND_MESSAGE"
                                       && variable["value"].asString() != nullptr;
                               }),
                 std::ptrdiff_t { 1 });
    }

    void keepTheLoadOutsideTheMesh()
    {
        const std::vector<json::Value> load = read("load.yaml");
        const json::Value& spec = load.at(0)["spec"]["template"];
        COMPARE_TEXT(spec["metadata"]["labels"]["sidecar.istio.io/inject"].string(), "false");
        COMPARE_TEXT(container(load.at(0))["env"][0]["name"].string(), "HOST");
        COMPARE_TEXT(spec["spec"]["volumes"][0]["configMap"]["name"].string(), "loadgenerator-ca");
        QVERIFY(spec["spec"]["volumes"][0]["configMap"]["optional"].boolean());
    }
};

ISTHMUS_TEST_MAIN(TestDemoManifests)
#include "tst_demo_manifests.moc"

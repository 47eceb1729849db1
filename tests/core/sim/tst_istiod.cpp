// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "tests/core/sim/sim_bed.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const std::string hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

void makeNamespace(test::SimBed& bed, const std::string& name)
{
    bed.ask("POST",
            "/api/v1/namespaces",
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + name + R"("}})");
}

void startIstiod(test::SimBed& bed)
{
    bed.ask(
        "POST",
        "/api/v1/namespaces/istio-system/pods",
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"istiod-1","labels":{"app":"istiod"}},
                "spec":{"containers":[{"name":"discovery","image":"pilot:1"}]}})");
}

std::string rootIn(test::SimBed& bed, const std::string& ns)
{
    return bed
        .get("/api/v1/namespaces/" + ns + "/configmaps/istio-ca-root-cert")["data"]["root-cert.pem"]
        .string();
}

} // namespace

class TestIstiod : public test::TestBase
{
    Q_OBJECT

private slots:

    void spreadsTheRootOnceItRuns()
    {
        test::SimBed bed;
        makeNamespace(bed, "istio-system");
        makeNamespace(bed, "early");
        bed.ask("POST",
                "/api/v1/namespaces/istio-system/secrets",
                R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"cacerts"},
                    "stringData":{"root-cert.pem":"plugged in"}})");
        COMPARE_TEXT(rootIn(bed, "early"), "");
        startIstiod(bed);
        makeNamespace(bed, "late");
        COMPARE_TEXT(rootIn(bed, "early"), "plugged in");
        COMPARE_TEXT(rootIn(bed, "late"), "plugged in");
    }

    void givesItsWebhooksTheirAuthority()
    {
        test::SimBed bed;
        makeNamespace(bed, "istio-system");
        startIstiod(bed);
        bed.ask(
            "POST",
            hooks,
            R"({"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration",
                    "metadata":{"name":"istio-sidecar-injector","labels":{"app":"sidecar-injector"}},
                    "webhooks":[{"name":"a.istio.io","clientConfig":{}},{"name":"b.istio.io","clientConfig":{}}]})");
        const json::Value hook = bed.get(hooks + "/istio-sidecar-injector");
        for (const std::size_t i : { std::size_t { 0 }, std::size_t { 1 } }) {
            COMPARE_TEXT(
                base64Decode(hook["webhooks"][i]["clientConfig"]["caBundle"].string()).value_or(""),
                "the root");
        }
        COMPARE_TEXT(hook["webhooks"][0]["failurePolicy"].string(), "Fail");
    }
};

ISTHMUS_TEST_MAIN(TestIstiod)
#include "tst_istiod.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/operations/names.h"
#include "core/operations/steps/join_proof_step.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const char* const path = "/api/v1/namespaces/istio-system/pods/istiod-x:15014/proxy/metrics";

plan::Step step()
{
    plan::Step out;
    out.id = StepId("gke/proof");
    out.cluster = ClusterId("gke");
    out.type = "join-proof";
    out.kind = plan::StepKind::Check;
    out.inputs = json::Object { { "remote", "gke" }, { "primary", "onprem" } };
    out.deadline = Milliseconds(60'000);
    return out;
}

std::string metrics(const std::string& status)
{
    std::string out = "# TYPE istiod_remote_cluster_sync_status gauge\n";
    for (const char* one : { "synced", "syncing", "timeout" }) {
        out += std::string("istiod_remote_cluster_sync_status{cluster=\"gke\",status=\"") + one
            + "\"} " + (status == one ? "1" : "0") + "\n";
    }
    return out;
}

json::Value object(const std::string& apiVersion,
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

json::Value istiod(const std::string& name, const std::string& phase)
{
    json::Value out = object("v1", "Pod", name);
    out.member("metadata").member("labels").member("app") = "istiod";
    out.member("status").member("phase") = phase;
    return out;
}

json::Value root(const std::string& pem)
{
    json::Value out = object("v1", "ConfigMap", std::string(operations::rootCertificate));
    out.member("data").member("root-cert.pem") = pem;
    return out;
}

json::Value webhook(const std::string& pem)
{
    json::Value out = object("admissionregistration.k8s.io/v1",
                             "MutatingWebhookConfiguration",
                             "istio-sidecar-injector",
                             "");
    out.member("webhooks")
        .push(json::Object {
            { "clientConfig", json::Object { { "caBundle", base64Encode(pem) } } } });
    return out;
}

json::Value gateway(int ready)
{
    json::Value out = object("apps/v1", "Deployment", std::string(operations::eastWestGateway));
    out.member("status").member("readyReplicas") = ready;
    return out;
}

std::string rootPem(const test::FakeRun& run)
{
    return crypto::makeRoot({ .now = run.clock.now() })->certificatePem;
}

/// A remote that has joined.
void putJoined(test::FakeRun& run)
{
    const std::string pem = rootPem(run);
    run.onprem.put(istiod("istiod-x", "Running"));
    run.onprem.paths[path] = metrics("synced");
    run.onprem.put(root(pem));
    run.gke.put(root(pem));
    run.gke.put(webhook(pem));
    run.gke.put(gateway(1));
}

} // namespace

class TestJoinProofStep : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsTheStatusOfOneCluster()
    {
        using operations::remoteSyncStatus;
        COMPARE_TEXT(remoteSyncStatus(metrics("synced"), "gke"), "synced");
        COMPARE_TEXT(remoteSyncStatus(metrics("timeout"), "gke"), "timeout");
        COMPARE_TEXT(remoteSyncStatus(metrics("synced"), "edge"), "");
        COMPARE_TEXT(remoteSyncStatus("", "gke"), "");
        COMPARE_TEXT(remoteSyncStatus("istiod_remote_cluster_sync_status{my_cluster=\"gke\","
                                      "cluster=\"edge\",status=\"synced\"} 1\n",
                                      "gke"),
                     "");
    }

    void provesWhatItSaw()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        COMPARE_TEXT(test::dump(proof.verify(step(), run.context)), "done\n");
        COMPARE_TEXT(run.context.said,
                     "proven: istiod has read gke: its registry is synced\n"
                     "proven: gke trusts the same root certificate\n"
                     "proven: gke's injection webhook trusts the mesh's root\n"
                     "proven: gke's gateway got its certificate and configuration through the "
                     "primary's gateway\n"
                     "not proven: that a service request crosses into gke; a route's proof or its "
                     "traffic shows it\n");
        COMPARE_TEXT(run.onprem.written() + run.gke.written(), "");
    }

    void callsNotProvenWhatItDidNotSee()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        run.gke.put(root(rootPem(run)));
        run.gke.put(gateway(0));
        COMPARE_TEXT(test::dump(proof.verify(step(), run.context)), "done\n");
        COMPARE_TEXT(run.context.said,
                     "proven: istiod has read gke: its registry is synced\n"
                     "not proven: that gke trusts the same root certificate\n"
                     "not proven: that gke's injection webhook trusts the mesh's root\n"
                     "not proven: that gke's gateway is served by the primary\n"
                     "not proven: that a service request crosses into gke; a route's proof or its "
                     "traffic shows it\n");
    }

    void waitsUntilTheRegistryIsSynced()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        run.onprem.paths[path] = metrics("syncing");
        run.onprem.onList = [&run, looks = 0]() mutable {
            if (++looks == 3) {
                run.onprem.paths[path] = metrics("synced");
            }
        };
        COMPARE_TEXT(test::dump(proof.verify(step(), run.context)), "done\n");
        QCOMPARE(run.clock.sleeps().size(), std::size_t { 2 });
    }

    void failsWhereIstiodDoesNotReachTheRemote()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        run.onprem.paths[path] = metrics("timeout");
        COMPARE_TEXT(test::dump(proof.verify(step(), run.context)),
                     "timeout: istiod has not read gke yet\n  why: istiod says: timeout\n"
                     "  where: onprem\n"
                     "  do: Check that pods of the primary reach the remote's API server at the "
                     "address in its credential; then resume.\n");
        run.onprem.paths[path] = "";
        QVERIFY(test::dump(proof.verify(step(), run.context)).find("unknown to istiod")
                != std::string::npos);
        run.onprem.objects.clear();
        QVERIFY(test::dump(proof.verify(step(), run.context)).find("no istiod is running")
                != std::string::npos);
    }

    void asksEveryIstiodThatRuns()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        run.onprem.put(istiod("istiod-pending", "Pending")); // has no metrics, and is not asked
        QVERIFY(proof.verify(step(), run.context));
        run.onprem.put(istiod("istiod-y", "Running"));
        run.onprem.paths["/api/v1/namespaces/istio-system/pods/istiod-y:15014/proxy/metrics"] =
            metrics("syncing");
        QVERIFY(test::dump(proof.verify(step(), run.context)).find("istiod says: syncing")
                != std::string::npos);
    }

    void goesOnWhereTheMetricsAreNotToBeHad()
    {
        test::FakeRun run;
        const operations::JoinProofStep proof;
        putJoined(run);
        run.onprem.paths.clear();
        COMPARE_TEXT(test::dump(proof.verify(step(), run.context)), "done\n");
        QVERIFY2(run.context.said.starts_with("waits for istiod to read gke ("),
                 run.context.said.c_str());
        QVERIFY2(run.context.said.find("\nnot proven: that istiod has read gke: ")
                     != std::string::npos,
                 run.context.said.c_str());
    }
};

ISTHMUS_TEST_MAIN(TestJoinProofStep)
#include "tst_join_proof_step.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/operations/names.h"
#include "core/operations/steps/root_residue.h"
#include "tests/core/operations/fake_run.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const ClusterId onprem("onprem");
const ClusterId gke("gke");

json::Value configMap(const std::string& ns, const std::string& root, const std::string& name)
{
    json::Value out = json::Object { { "apiVersion", "v1" }, { "kind", "ConfigMap" } };
    out.member("metadata") =
        json::Object { { "name", name },
                       { "namespace", ns },
                       { "labels", json::Object { { "istio.io/config", "true" } } } };
    out.member("data").member("root-cert.pem") = root;
    return out;
}

json::Value rootIn(const std::string& ns, const std::string& root)
{
    return configMap(ns, root, std::string(operations::rootCertificate));
}

json::Value istiod()
{
    json::Value pod = json::Object { { "apiVersion", "v1" }, { "kind", "Pod" } };
    pod.member("metadata") = json::Object { { "name", "istiod-x" },
                                            { "namespace", "istio-system" },
                                            { "labels", json::Object { { "app", "istiod" } } } };
    return pod;
}

std::string dump(const Result<std::string>& root)
{
    return root ? *root : std::string(name(root.error().code));
}

} // namespace

class TestRootResidue : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsTheRootOfACluster()
    {
        test::FakeRun run;
        COMPARE_TEXT(dump(operations::rootOf(onprem, run.context)), "notFound");
        run.onprem.put(rootIn("istio-system", "from the ConfigMap"));
        COMPARE_TEXT(dump(operations::rootOf(onprem, run.context)), "from the ConfigMap");
        json::Value secret = json::Object { { "apiVersion", "v1" }, { "kind", "Secret" } };
        secret.member("metadata") =
            json::Object { { "name", "cacerts" }, { "namespace", "istio-system" } };
        secret.member("data").member("root-cert.pem") = base64Encode("from cacerts");
        run.onprem.put(secret);
        COMPARE_TEXT(dump(operations::rootOf(onprem, run.context)), "from cacerts");
        COMPARE_TEXT(dump(operations::rootOf(ClusterId("elsewhere"), run.context)), "internal");
    }

    void doesNotTakeSilenceForNoRoot()
    {
        test::FakeRun run;
        run.onprem.unreadable.emplace("Secret",
                                      Error { ErrorCode::Unreachable, msg("kube.not-found") });
        COMPARE_TEXT(dump(operations::rootOf(onprem, run.context)), "unreachable");
        run.onprem.put(rootIn("istio-system", "r")); // what can be read is enough
        COMPARE_TEXT(dump(operations::rootOf(onprem, run.context)), "r");
        run.onprem.objects.clear();
        QVERIFY(operations::removeRootsOf(onprem, gke, run.context).error().code
                == ErrorCode::Unreachable);
        run.onprem.unreadable.clear();
        COMPARE_TEXT(test::dump(operations::removeRootsOf(onprem, gke, run.context)), "done\n");
    }

    void deletesNothingButCopiesOfThatRoot()
    {
        test::FakeRun run;
        run.gke.put(rootIn("a", "root\n"));
        run.gke.put(rootIn("b", "root"));
        run.gke.put(rootIn("c", "another"));
        run.gke.put(configMap("d", "root", "somebody-elses"));
        json::Value going = rootIn("e", "root");
        going.member("metadata").member("deletionTimestamp") = "2026-11-23T12:00:00Z";
        run.gke.put(going);
        COMPARE_TEXT(test::dump(operations::removeRoots(gke, "root\n", run.context)), "done\n");
        COMPARE_TEXT(run.gke.written(),
                     "delete ConfigMap a/istio-ca-root-cert\n"
                     "delete ConfigMap b/istio-ca-root-cert\n");
        QVERIFY(!run.gke.writes.front().body["uid"].string().empty()); // of that very object
    }

    void deletesTheRevocationListsWhereNoOtherRootIs()
    {
        test::FakeRun run;
        const auto list = [](const std::string& ns) {
            return configMap(ns, {}, std::string(operations::revocationList));
        };
        run.gke.put(rootIn("a", "root"));
        run.gke.put(list("a"));
        run.gke.put(list("b")); // whose root went first
        run.gke.put(rootIn("c", "another"));
        run.gke.put(list("c"));
        COMPARE_TEXT(test::dump(operations::removeRoots(gke, "root", run.context)), "done\n");
        COMPARE_TEXT(run.gke.written(),
                     "delete ConfigMap a/istio-ca-crl\n"
                     "delete ConfigMap a/istio-ca-root-cert\n"
                     "delete ConfigMap b/istio-ca-crl\n");
    }

    void goesOnUntilNoneComesBack()
    {
        test::FakeRun run;
        run.gke.put(rootIn("a", "root"));
        run.gke.onList = [&run, looks = 0]() mutable {
            if (++looks == 2) {
                run.gke.put(rootIn("a", "root")); // an istiod that is just going
            }
        };
        COMPARE_TEXT(test::dump(operations::removeRoots(gke, "root", run.context)), "done\n");
        QCOMPARE(run.gke.writes.size(), std::size_t { 2 });
        QVERIFY(run.gke.objects.empty());
    }

    void saysWhenSomebodyKeepsWritingThem()
    {
        test::FakeRun run;
        run.gke.put(rootIn("a", "root"));
        run.gke.onList = [&run] { run.gke.put(rootIn("a", "root")); };
        COMPARE_TEXT(test::dump(operations::removeRoots(gke, "root", run.context)),
                     "timeout: copies of the root certificate keep coming back in gke\n"
                     "  why: an istiod still writes them\n  where: gke\n  do: "
                         + text(msg("plan.mend-and-resume")) + "\n");
    }

    void stopsOnRequest()
    {
        test::FakeRun run;
        run.stop.request_stop();
        run.gke.put(rootIn("a", "root"));
        QVERIFY(operations::removeRoots(gke, "root", run.context).error().code
                == ErrorCode::Cancelled);
        run.gke.put(istiod());
        QVERIFY(operations::awaitNoIstiod(gke, run.context).error().code == ErrorCode::Cancelled);
    }

    void waitsUntilIstiodIsGone()
    {
        test::FakeRun run;
        COMPARE_TEXT(test::dump(operations::awaitNoIstiod(gke, run.context)), "done\n");
        COMPARE_TEXT(run.context.said, "");
        run.gke.put(istiod());
        const Result<void> stays = operations::awaitNoIstiod(gke, run.context);
        QVERIFY(stays.error().code == ErrorCode::Timeout);
        COMPARE_TEXT(run.context.said, "waits until istiod is gone from gke\n");
    }
};

ISTHMUS_TEST_MAIN(TestRootResidue)
#include "tst_root_residue.moc"

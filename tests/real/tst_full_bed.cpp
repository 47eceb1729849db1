// SPDX-License-Identifier: GPL-3.0-or-later
// The full bed: clusters whose pods run, whose load balancers give addresses, and whose faults are
// felt.
#include "tests/real/bed.h"
#include "tests/real/digest.h"
#include "tests/real/requests.h"

using namespace isthmus;
using namespace isthmus::test;

class TestFullBed : public TestBase
{
    Q_OBJECT

private slots:

    void bothApiServersAnswer()
    {
        const Bed bed = Bed::fromEnvironment();
        QCOMPARE(bed.mode(), Bed::Mode::Full);
        for (const char* cluster : { "c1", "c2" }) {
            const Run ready = bed.kubectl(cluster, { "get", "--raw", "/readyz" });
            QVERIFY2(ready.succeeded(), ready.describe().c_str());
        }
    }

    void aDigestHoldsStillWhileNothingChanges()
    {
        const Bed bed = Bed::fromEnvironment();
        for (const char* cluster : { "c1", "c2" }) {
            const Digest before = settledDigestOf(bed, cluster);
            COMPARE_TEXT(before.error, "");
            COMPARE_TEXT(before.differenceTo(digestOf(bed, cluster)), "");
        }
    }

    void aLoadBalancerGetsAnAddress()
    {
        const Bed bed = Bed::fromEnvironment();
        QVERIFY(bed.kubectl("c1", { "create", "service", "loadbalancer", "probe", "--tcp=443:443" })
                    .succeeded());
        QTRY_VERIFY_WITH_TIMEOUT(!bed.address("c1", "default", "probe").empty(), 30'000);
        QVERIFY(bed.kubectl("c1", { "delete", "service", "probe" }).succeeded());
    }

    void requestsThatNobodyAnswersAreCountedAsFailed()
    {
        const Bed bed = Bed::fromEnvironment();
        const Counts counts = sendRequests({ .address = "172.30.0.11",
                                             .host = "shop.example.com",
                                             .caFile = "/dev/null",
                                             .count = 3,
                                             .connections = 2,
                                             .timeoutSeconds = 2 });
        QCOMPARE(counts.failed(), 3);
        QCOMPARE(counts.total(), 3);
    }

    void aStoppedApiServerIsMissedAndComesBack()
    {
        const Bed bed = Bed::fromEnvironment();
        const std::vector<std::string> ask { "--request-timeout=5s", "get", "--raw", "/readyz" };
        QVERIFY(bed.fault({ "api-stop", "c2" }).succeeded());
        QVERIFY(!bed.kubectl("c2", ask).succeeded());
        const Run start = bed.fault({ "api-start", "c2" });
        QVERIFY2(start.succeeded(), start.describe().c_str());
        QVERIFY(bed.kubectl("c2", ask).succeeded());
    }
};

ISTHMUS_REAL_TEST_MAIN(TestFullBed)
#include "tst_full_bed.moc"

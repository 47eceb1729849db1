// SPDX-License-Identifier: GPL-3.0-or-later
// core/api writes to a real API server, and what it says where the server does not want it.
#include "core/json/parse.h"
#include "core/kube/status.h"
#include "tests/real/live_client.h"

using namespace isthmus;
using namespace isthmus::test;

namespace {

json::Value parsed(std::string_view text)
{
    return *json::parse(text);
}

const char* const ofAnother = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: owned, namespace: default}
data: {colour: red}
)";

} // namespace

class TestClientWrites : public TestBase
{
    Q_OBJECT

private slots:

    void cleanup()
    {
        QVERIFY(m_bed
                    .kubectl("c1",
                             { "delete",
                               "configmaps",
                               "--field-selector",
                               "metadata.name!=kube-root-ca.crt" })
                    .succeeded());
    }

    void appliesUnderItsOwnName()
    {
        LiveClient client(m_bed, "c1");
        const auto written = client->write(applying("mine", "green"));
        QVERIFY2(written, written ? "" : describe(written.error()).c_str());
        const auto again = client->write(applying("mine", "green"));
        QVERIFY(again);
        COMPARE_TEXT(kube::resourceVersion(*again), kube::resourceVersion(*written));
        const Run managers =
            m_bed.kubectl("c1",
                          { "get",
                            "configmap",
                            "mine",
                            "--show-managed-fields",
                            "-o",
                            "jsonpath={range .metadata.managedFields[*]}{.manager} "
                            "{.operation}{end}" });
        COMPARE_TEXT(managers.output, "isthmus Apply");
        QCOMPARE(client->writesSent(), 2);
    }

    void namesFieldAndManagerOfAConflict()
    {
        QVERIFY(m_bed
                    .kubectl("c1",
                             { "apply", "--server-side", "--field-manager=painter", "-f", "-" },
                             ofAnother)
                    .succeeded());
        LiveClient client(m_bed, "c1");
        const auto refused = client->write(applying("owned", "green"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Conflict);
        QVERIFY(
            kube::conflictsOf(refused.error())
            == std::vector<kube::Conflict>({ { .manager = "painter", .field = ".data.colour" } }));
        COMPARE_TEXT(refused.error().subject, "onprem: ConfigMap default/owned");
        COMPARE_TEXT(
            threeLines(refused.error()),
            "the field .data.colour belongs to another manager, painter\n"
            ".data.colour belongs to painter\n"
            "Leave the field to its owner, or have it change there; taking it over must be "
            "confirmed.\n");
        COMPARE_TEXT(colour("owned"), "red");
        api::Write forced = applying("owned", "green");
        forced.force = true;
        QVERIFY(client->write(forced));
        COMPARE_TEXT(colour("owned"), "green");
    }

    void leavesNothingBehindInADryRun()
    {
        LiveClient client(m_bed, "c1");
        api::Write write = applying("dry", "green");
        write.dryRun = true;
        const auto shown = client->write(write);
        QVERIFY2(shown, shown ? "" : describe(shown.error()).c_str());
        COMPARE_TEXT((*shown)["data"]["colour"].string(), "green");
        QCOMPARE(client->writesSent(), 0);
        const auto absent = client->get(configMap("dry"));
        QVERIFY(!absent);
        QCOMPARE(absent.error().code, ErrorCode::NotFound);
    }

    void patchesOnlyWhereTheTestHolds()
    {
        LiveClient client(m_bed, "c1");
        QVERIFY(client->write(applying("patched", "green")));
        api::Write patch { .verb = api::Verb::JsonPatch, .key = configMap("patched") };
        patch.body = parsed(R"([{"op":"test","path":"/data/colour","value":"green"},
                                {"op":"replace","path":"/data/colour","value":"blue"}])");
        const auto done = client->write(patch);
        QVERIFY2(done, done ? "" : describe(done.error()).c_str());
        COMPARE_TEXT(colour("patched"), "blue");
        const auto refused = client->write(patch);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Conflict);
        COMPARE_TEXT(threeLines(refused.error()),
                     "the object is not as the change expects it\n"
                     "the server rejected our request due to an error in our request\n"
                     "Read it again and plan anew.\n");
        COMPARE_TEXT(colour("patched"), "blue");
    }

    void deletesTheOneThatIsMeant()
    {
        LiveClient client(m_bed, "c1");
        const auto made = client->write(applying("doomed", "green"));
        QVERIFY(made);
        api::Write removal { .verb = api::Verb::Delete, .key = configMap("doomed") };
        removal.body = json::Object { { "uid", "00000000-0000-0000-0000-000000000000" } };
        const auto refused = client->write(removal);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Conflict);
        COMPARE_TEXT(text(refused.error().message),
                     "somebody else changed the object in the meantime");
        QVERIFY2(
            refused.error().detail.find("the UID in the precondition "
                                        "(00000000-0000-0000-0000-000000000000) does not match "
                                        "the UID in record")
                != std::string::npos,
            refused.error().detail.c_str());
        COMPARE_TEXT(colour("doomed"), "green");
        removal.body = json::Object { { "uid", kube::uid(*made) } };
        QVERIFY(client->write(removal));
        QCOMPARE(client->get(configMap("doomed")).error().code, ErrorCode::NotFound);
    }

    void createsOnlyWhatIsNotThere()
    {
        LiveClient client(m_bed, "c1");
        api::Write creation = applying("once", "green");
        creation.verb = api::Verb::Create;
        QVERIFY(client->write(creation));
        const auto refused = client->write(creation);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::AlreadyExists);
        COMPARE_TEXT(threeLines(refused.error()),
                     "an object of that name exists already\n"
                     "configmaps \"once\" already exists\n"
                     "Look at who made it; adopt it, or remove it first.\n");
    }

    void tellsAMissingObjectFromAMissingKind()
    {
        LiveClient client(m_bed, "c1");
        const auto object = client->get(configMap("absent"));
        QVERIFY(!object);
        QCOMPARE(object.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(text(object.error().message), "there is no absent");
        const kube::ObjectKey unheard {
            .apiVersion = "x.example.com/v1", .kind = "Odd", .ns = "default", .name = "a"
        };
        COMPARE_TEXT(text(client->get(unheard).error().message),
                     "the cluster does not know Odd of x.example.com/v1");
        kube::ResourceMap promised;
        promised.add({ .apiVersion = "x.example.com/v1", .kind = "Odd", .plural = "odds" });
        client->learn(promised);
        const auto kind = client->get(unheard);
        QVERIFY(!kind);
        QCOMPARE(kind.error().code, ErrorCode::NotFound);
        COMPARE_TEXT(text(kind.error().message), "the server does not serve this kind");
        COMPARE_TEXT(text(kind.error().remedy),
                     "Check that its CustomResourceDefinition is installed and established.");
    }

    void quotesTheServerOnAFieldThatItDoesNotKnow()
    {
        LiveClient client(m_bed, "c1");
        api::Write write = applying("odd", "green");
        write.body.member("dta") = json::Object { { "colour", "red" } };
        const auto refused = client->write(write);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Invalid);
        COMPARE_TEXT(
            threeLines(refused.error()),
            "the object has a field that the server does not know\n"
            "failed to create typed patch object (default/odd; /v1, Kind=ConfigMap): .dta: "
            "field not declared in schema\n"
            "Correct the field that the server names; it may belong to another version of "
            "the API.\n");
    }

    void quotesTheServerOnAValueThatIsNotAllowed()
    {
        LiveClient client(m_bed, "c1");
        const kube::ObjectKey key {
            .apiVersion = "v1", .kind = "Service", .ns = "default", .name = "bad"
        };
        const auto refused =
            client->write({ .key = key, .body = parsed(R"({"apiVersion":"v1","kind":"Service",
                "metadata":{"name":"bad","namespace":"default"},"spec":{"ports":[{"port":99999}]}})") });
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Invalid);
        COMPARE_TEXT(threeLines(refused.error()),
                     "the server does not accept the object\n"
                     "spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, "
                     "inclusive; spec.ports[0].targetPort: Invalid value: 99999: must be between 1 "
                     "and 65535, inclusive\n"
                     "Correct the field that the server names; it may belong to another version of "
                     "the API.\n");
    }

    void waitsForAnObjectToBecomeRight()
    {
        LiveClient client(m_bed, "c1");
        LiveClient other(m_bed, "c1");
        QVERIFY(client->write(applying("waited", "red")));
        int asked = 0;
        const auto seen = client->waitFor(
            configMap("waited"),
            [&](const json::Value& object) {
                if (asked++ == 0) {
                    (void)other->write(applying("waited", "green"));
                }
                return object["data"]["colour"].string() == "green";
            },
            std::chrono::seconds(60));
        QVERIFY2(seen, seen ? "" : describe(seen.error()).c_str());
        QVERIFY(asked >= 2);
    }

private:
    std::string colour(const std::string& name) const
    {
        return m_bed.kubectl("c1", { "get", "configmap", name, "-o", "jsonpath={.data.colour}" })
            .output;
    }

    Bed m_bed = Bed::fromEnvironment();
};

ISTHMUS_REAL_TEST_MAIN(TestClientWrites)
#include "tst_client_writes.moc"

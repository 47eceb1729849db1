// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/kube/owned.h"
#include "tests/core/sim/sim_bed.h"
#include "tests/support/test.h"

using namespace isthmus;
using test::answerOf;
using test::bodyOf;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string services = "/api/v1/namespaces/default/services";

std::string configMap(const std::string& data)
{
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":)" + data + "}";
}

std::string service(const std::string& ports)
{
    return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":)" + ports
        + "}}";
}

std::string causes(const sim::Reply& reply)
{
    std::string out;
    const json::Value body = bodyOf(reply);
    for (const json::Value& cause : body["details"]["causes"].array()) {
        out += cause["reason"].string() + ' ' + cause["message"].string() + ": "
            + cause["field"].string() + '\n';
    }
    return out;
}

std::string dataOf(test::SimBed& bed)
{
    return json::write(bed.get(maps + "/a")["data"]);
}

} // namespace

class TestManaged : public test::TestBase
{
    Q_OBJECT

private slots:

    void createsWithAnApplyAndLeavesItAloneTheSecondTime()
    {
        test::SimBed bed;
        const sim::Reply first = bed.apply(maps + "/a", "mesh", configMap(R"({"k":"v"})"));
        const sim::Reply second = bed.apply(maps + "/a", "mesh", configMap(R"({"k":"v"})"));
        QCOMPARE(first.status, 201);
        QCOMPARE(second.status, 200);
        COMPARE_TEXT(second.body, first.body);
    }

    void namesTheFieldAndTheManagerOfAConflict()
    {
        test::SimBed bed;
        bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1","b":"1"})"));
        const sim::Reply reply = bed.apply(maps + "/a", "isthmus", configMap(R"({"a":"2"})"));
        COMPARE_TEXT(answerOf(reply),
                     "409 Apply failed with 1 conflict: conflict with \"mesh\": .data.a");
        COMPARE_TEXT(causes(reply), "FieldManagerConflict conflict with \"mesh\": .data.a\n");
        COMPARE_TEXT(dataOf(bed), R"({"a":"1","b":"1"})");
    }

    void takesTheFieldByForce()
    {
        test::SimBed bed;
        bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1","b":"1"})"));
        const sim::Reply reply =
            bed.apply(maps + "/a", "isthmus", configMap(R"({"a":"2"})"), "&force=true");
        QCOMPARE(reply.status, 200);
        COMPARE_TEXT(dataOf(bed), R"({"a":"2","b":"1"})");
        COMPARE_TEXT(join(kube::ownedPaths(bodyOf(reply), "mesh"), " "), ".data.b");
        COMPARE_TEXT(join(kube::ownedPaths(bodyOf(reply), "isthmus"), " "), ".data.a");
    }

    void sharesAFieldThatBothGiveTheSameValue()
    {
        test::SimBed bed;
        bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1"})"));
        QCOMPARE(bed.apply(maps + "/a", "isthmus", configMap(R"({"a":"1"})")).status, 200);
        bed.apply(maps + "/a", "mesh", configMap("{}"));
        COMPARE_TEXT(dataOf(bed), R"({"a":"1"})"); // the other one still wants it
    }

    void removesAFieldThatItsOnlyOwnerNoLongerApplies()
    {
        test::SimBed bed;
        bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1","b":"1"})"));
        bed.apply(maps + "/a", "mesh", configMap(R"({"b":"1"})"));
        COMPARE_TEXT(dataOf(bed), R"({"b":"1"})");
    }

    void mergesPortsByNumberAndProtocol()
    {
        test::SimBed bed;
        bed.apply(services + "/a", "mesh", service(R"([{"name":"http","port":80}])"));
        const sim::Reply reply =
            bed.apply(services + "/a", "other", service(R"([{"name":"tls","port":443}])"));
        std::string ports;
        const json::Value body = bodyOf(reply);
        for (const json::Value& port : body["spec"]["ports"].array()) {
            ports += port["name"].string() + ' ';
        }
        COMPARE_TEXT(ports, "tls http ");
        const sim::Reply conflict =
            bed.apply(services + "/a", "third", service(R"([{"name":"web","port":80}])"));
        COMPARE_TEXT(causes(conflict),
                     "FieldManagerConflict conflict with \"mesh\": "
                     ".spec.ports[port=80,protocol=\"TCP\"].name\n");
    }

    void letsAnUpdateTakeFieldsWithoutAsking()
    {
        test::SimBed bed;
        bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1"})"));
        const sim::Reply patched = bed.ask("PATCH",
                                           maps + "/a?fieldManager=kubectl-edit",
                                           R"({"data":{"a":"2"}})",
                                           "application/merge-patch+json");
        QCOMPARE(patched.status, 200);
        COMPARE_TEXT(join(kube::ownedPaths(bodyOf(patched), "kubectl-edit"), " "), ".data.a");
        const sim::Reply again = bed.apply(maps + "/a", "mesh", configMap(R"({"a":"1"})"));
        COMPARE_TEXT(answerOf(again),
                     "409 Apply failed with 1 conflict: conflict with \"kubectl-edit\" using v1: "
                     ".data.a");
    }

    void wantsAFieldManager()
    {
        test::SimBed bed;
        QCOMPARE(
            bed.ask("PATCH", maps + "/a", configMap("{}"), "application/apply-patch+yaml").status,
            422);
    }
};

ISTHMUS_TEST_MAIN(TestManaged)
#include "tst_managed.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/kube/owned.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// As a server answers: ports are a list by key, finalizers a set, http of a VirtualService atomic.
const char* const serviceText =
    R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n","uid":"u",
  "labels":{"app":"a","team.example.com/x":"y"},"finalizers":["keep","drop"],
  "managedFields":[
   {"manager":"isthmus","operation":"Apply","apiVersion":"v1","time":"2026-11-23T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{
     "f:metadata":{"f:labels":{"f:app":{}},"f:finalizers":{"v:'keep'":{}}},
     "f:spec":{"f:ports":{"k:{'port':80,'protocol':'TCP'}":{".":{},"f:port":{},"f:name":{}}},"f:selector":{}}}},
   {"manager":"isthmus","operation":"Update","apiVersion":"v1","fieldsV1":{"f:spec":{"f:type":{}}}},
   {"manager":"kubectl-edit","operation":"Update","apiVersion":"v1","time":"2026-11-23T11:00:00Z","fieldsV1":{
     "f:metadata":{"f:labels":{"f:team.example.com/x":{}}},"f:spec":{"f:ports":{"k:{'port':80,'protocol':'TCP'}":{"f:targetPort":{}}}}}},
   {"manager":"cloud","operation":"Update","apiVersion":"v1","subresource":"status","fieldsV1":{"f:status":{"f:loadBalancer":{"f:ingress":{}}}}}]},
 "spec":{"type":"LoadBalancer","selector":{"app":"a","b":"c"},
  "ports":[{"port":443,"protocol":"TCP"},{"name":"http","port":80,"protocol":"TCP","targetPort":8080}]},
 "status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}})";

/// With every ' as \", which moc cannot read in a raw string.
std::string service()
{
    std::string text = serviceText;
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "\\\"");
    }
    return text;
}

std::string owners(const json::Value& object, std::string_view path)
{
    std::string out;
    for (const kube::Owner& owner : kube::ownersOf(object, path)) {
        out += owner.manager + (owner.applied ? " applied" : " updated")
            + (owner.subresource.empty() ? "" : " " + owner.subresource) + '\n';
    }
    return out;
}

} // namespace

class TestOwned : public test::TestBase
{
    Q_OBJECT

private slots:

    void extractsWhatAManagerApplied()
    {
        const std::string expected = R"({
  "apiVersion": "v1",
  "kind": "Service",
  "metadata": {
    "finalizers": [
      "keep"
    ],
    "labels": {
      "app": "a"
    },
    "name": "a",
    "namespace": "n"
  },
  "spec": {
    "ports": [
      {
        "name": "http",
        "port": 80,
        "protocol": "TCP"
      }
    ],
    "selector": {
      "app": "a",
      "b": "c"
    }
  }
})";
        COMPARE_TEXT(json::writePretty(kube::extractOwned(*json::parse(service()), "isthmus")),
                     expected);
    }

    void extractsNothingForWhoNeverApplied()
    {
        QVERIFY(kube::extractOwned(*json::parse(service()), "kubectl-edit").isNull());
        QVERIFY(kube::extractOwned(*json::parse(service()), "nobody").isNull());
        QVERIFY(kube::extractOwned({}, "nobody").isNull());
    }

    void extractsOnlyTheIdentityOfWhoAppliedNothing()
    {
        const auto object =
            *json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u",
            "managedFields":[{"manager":"isthmus","operation":"Apply","fieldsV1":{}}]},"data":{"k":"v"}})");
        COMPARE_TEXT(json::write(kube::extractOwned(object, "isthmus")),
                     R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}})");
    }

    void keepsAtomicListsWhole()
    {
        const auto object = *json::parse(
            R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"a",
            "namespace":"n","managedFields":[{"manager":"isthmus","operation":"Apply","fieldsV1":{"f:spec":{"f:http":{}}}}]},
            "spec":{"hosts":["h"],"http":[{"route":[{"weight":90},{"weight":10}]}]}})");
        COMPARE_TEXT(json::write(kube::extractOwned(object, "isthmus")["spec"]),
                     R"({"http":[{"route":[{"weight":90},{"weight":10}]}]})");
        COMPARE_TEXT(owners(object, ".spec.http[0].route"), "isthmus applied\n");
    }

    void skipsFieldsThatAreGoneByNow()
    {
        const auto object =
            *json::parse(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a",
            "managedFields":[{"manager":"m","operation":"Apply","fieldsV1":{"f:data":{"f:x":{},"f:y":{}}}}]},"data":{"y":"1"}})");
        COMPARE_TEXT(json::write(kube::extractOwned(object, "m")["data"]), R"({"y":"1"})");
    }

    void unitesTheEntriesOfTwoApiVersions()
    {
        const auto object =
            *json::parse(R"({"apiVersion":"x/v2","kind":"A","metadata":{"name":"a","managedFields":[
            {"manager":"m","operation":"Apply","apiVersion":"x/v1","fieldsV1":{"f:spec":{"f:a":{}}}},
            {"manager":"m","operation":"Apply","apiVersion":"x/v2","fieldsV1":{"f:spec":{"f:b":{}}}}]},"spec":{"a":1,"b":2,"c":3}})");
        COMPARE_TEXT(json::write(kube::extractOwned(object, "m")["spec"]), R"({"a":1,"b":2})");
    }

    void saysWhoOwnsAField()
    {
        const std::string port = ".spec.ports[port=80,protocol=\"TCP\"]";
        const auto object = *json::parse(service());
        COMPARE_TEXT(owners(object, port + ".targetPort"), "kubectl-edit updated\n");
        COMPARE_TEXT(owners(object, port + ".name"), "isthmus applied\n");
        COMPARE_TEXT(owners(object, ".spec.selector.app"), "isthmus applied\n");
        COMPARE_TEXT(owners(object, ".spec.type"), "isthmus updated\n");
        COMPARE_TEXT(owners(object, ".spec"),
                     "isthmus applied\nisthmus updated\nkubectl-edit updated\n");
        COMPARE_TEXT(owners(object, ".status"), "cloud updated status\n");
        COMPARE_TEXT(owners(object, ".spec.sel"), "");
        COMPARE_TEXT(owners(object, ".data"), "");
    }

    void listsThePathsOfAManager()
    {
        COMPARE_TEXT(join(kube::ownedPaths(*json::parse(service()), "isthmus"), "\n"),
                     ".metadata.finalizers[=\"keep\"]\n"
                     ".metadata.labels.app\n"
                     ".spec.ports[port=80,protocol=\"TCP\"]\n"
                     ".spec.ports[port=80,protocol=\"TCP\"].name\n"
                     ".spec.ports[port=80,protocol=\"TCP\"].port\n"
                     ".spec.selector\n"
                     ".spec.type");
    }

    void survivesManagedFieldsThatMakeNoSense()
    {
        const auto object =
            *json::parse(R"({"metadata":{"managedFields":[{"manager":"m","operation":"Apply",
            "fieldsV1":{"":{},"k":{},"k:x":{"f:a":{}},"f:spec":{"k:[1]":{"f:a":{}},"i:x":{}}}},7]},"spec":[1,{"a":2}]})");
        QVERIFY(!kube::extractOwned(object, "m").isNull());
        (void)kube::ownersOf(object, ".spec");
    }
};

ISTHMUS_TEST_MAIN(TestOwned)
#include "tst_owned.moc"

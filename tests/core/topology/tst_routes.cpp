// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/dump.h"
#include "core/topology/routes.h"
#include "tests/core/topology/mesh_records.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::test;

namespace {

std::string virtualService(const std::string& subsetA, const std::string& subsetB)
{
    const auto destination = [](const std::string& subset, const char* weight) {
        return R"({"destination":{"host":"frontend","subset":")" + subset + R"("},"weight":)"
            + weight + "}";
    };
    return R"({"apiVersion":"networking.istio.io/v1","kind":"VirtualService",
        "metadata":{"namespace":"shop","name":"split","annotations":{"argocd.argoproj.io/tracking-id":"x"}},
        "spec":{"hosts":["shop.example.com"],"gateways":["istio-system/front","mesh"],
        "http":[{"match":[{"uri":{"prefix":"/old"}}],"redirect":{"uri":"/"}},{"route":[)"
        + destination(subsetA, "70") + "," + destination(subsetB, "30") + "]}]}}";
}

std::string rule(const std::string& subsets)
{
    return R"({"metadata":{"namespace":"shop","name":"frontend"},"spec":{"host":"frontend","subsets":[)"
        + subsets + "]}}";
}

/// The lines of the routes alone.
std::string routesOf(const topology::Inputs& inputs)
{
    topology::TopologySnapshot mesh { .mesh = "m" };
    mesh.routes = topology::build(inputs).routes;
    return topology::dump(mesh).substr(std::string("mesh m\n").size());
}

topology::Inputs meshWith(const std::string& service, const std::string& subsets)
{
    topology::Inputs inputs = joinedMesh();
    putObject(inputs.clusters[0].virtualServices, service);
    putObject(inputs.clusters[0].destinationRules, rule(subsets));
    return inputs;
}

const std::string head = "route c1/VirtualService/shop/split#1 of shop/frontend at "
                         "shop.example.com via istio-system/front,mesh leads";
const std::string idA = "frontend.shop.svc.cluster.local|a|0";
const std::string idB = "frontend.shop.svc.cluster.local|b|0";

} // namespace

class TestRoutes : public test::TestBase
{
    Q_OBJECT

private slots:

    void mapsSubsetsByTheirClusterLabel()
    {
        COMPARE_TEXT(routesOf(meshWith(virtualService("a", "b"),
                                       R"({"name":"a","labels":{"topology.istio.io/cluster":"c1"}},
                                 {"name":"b","labels":{"topology.istio.io/cluster":"c2"}})")),
                     head + " steerable owner Argo CD\n  70 % " + idA + " in [c1] 1/1\n  30 % "
                         + idB + " in [c2] 1/1\n");
    }

    void mapsForeignSubsetsByThePodsTheySelect()
    {
        topology::Inputs inputs = meshWith(virtualService("a", "b"),
                                           R"({"name":"a","labels":{"version":"v1"}},
                                              {"name":"b","labels":{"version":"v2"}})");
        deploy(
            inputs.clusters[0], "shop", "v1", { { "app", "frontend" }, { "version", "v1" } }, 2, 2);
        deploy(
            inputs.clusters[1], "shop", "v2", { { "app", "frontend" }, { "version", "v2" } }, 1, 3);
        COMPARE_TEXT(routesOf(inputs),
                     head + " steerable owner Argo CD\n  70 % " + idA + " in [c1] 2/2\n  30 % "
                         + idB + " in [c2] 1/3\n");
    }

    void showsButDoesNotSteerASubsetOfBothClustersOrOfNone()
    {
        COMPARE_TEXT(routesOf(meshWith(virtualService("a", "b"),
                                       R"({"name":"a","labels":{"app":"frontend"}},
                                          {"name":"b","labels":{"version":"v9"}})")),
                     head + " owner Argo CD\n  70 % " + idA + " in [c1,c2] 2/2\n  30 % " + idB
                         + " in [] 0/0\n");
    }

    void showsASubsetThatNoRuleDefinesWithoutEndpoints()
    {
        COMPARE_TEXT(routesOf(meshWith(virtualService("a", "b"), R"({"name":"c"})")),
                     head + " owner Argo CD\n  70 % " + idA + " in [] 0/0\n  30 % " + idB
                         + " in [] 0/0\n");
    }

    void passesOverRoutesThatNobodyReads()
    {
        topology::Inputs inputs = joinedMesh();
        putObject(inputs.clusters[1].virtualServices, virtualService("a", "b"));
        COMPARE_TEXT(routesOf(inputs), "");
    }
};

ISTHMUS_TEST_MAIN(TestRoutes)
#include "tst_routes.moc"

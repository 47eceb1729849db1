// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/dump.h"
#include "core/topology/links.h"
#include "tests/core/topology/mesh_records.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::test;
using topology::DirectionState;

namespace {

std::string linksOf(const topology::Inputs& inputs)
{
    topology::TopologySnapshot mesh { .mesh = "m" };
    mesh.links = topology::build(inputs).links;
    return topology::dump(mesh).substr(std::string("mesh m\n").size());
}

/// The state alone.
std::string stateOf(const topology::Inputs& inputs)
{
    return std::string(topology::name(topology::build(inputs).links.front().state));
}

topology::Inputs
crossed(DirectionState forth, DirectionState back, topology::Inputs inputs = joinedMesh())
{
    inputs.crossings = { seen(inputs, "c1", "c2", forth), seen(inputs, "c2", "c1", back) };
    return inputs;
}

} // namespace

class TestLinks : public test::TestBase
{
    Q_OBJECT

private slots:

    void objectsAndIstiodsWordAloneGiveUnknown()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.sync = { { ClusterId("c1"), { { ClusterId("c2"), "synced" } }, inputs.now } };
        const std::string said =
            "istiod in c1 says of c2: synced; that requests cross was not checked\n";
        COMPARE_TEXT(linksOf(inputs),
                     "link c1-c2 unknown: not checked\n  forth unknown credential: " + said
                         + "  back unknown credential: " + said);
    }

    void isJoinedOnlyWhereBytesCrossedBothWays()
    {
        COMPARE_TEXT(stateOf(crossed(DirectionState::Up, DirectionState::Up)), "joined");
        COMPARE_TEXT(stateOf(crossed(DirectionState::Up, DirectionState::Unknown)), "unknown");
        COMPARE_TEXT(stateOf(crossed(DirectionState::Up, DirectionState::Broken)), "oneWay");
        COMPARE_TEXT(stateOf(crossed(DirectionState::Broken, DirectionState::Broken)), "broken");
        COMPARE_TEXT(stateOf(crossed(DirectionState::Unknown, DirectionState::Broken)), "broken");
    }

    void forgetsWhatWasSeenAMinuteAgo()
    {
        topology::Inputs inputs = crossed(DirectionState::Up, DirectionState::Up);
        inputs.now += std::chrono::seconds(54);
        COMPARE_TEXT(stateOf(inputs), "joined");
        inputs.now += std::chrono::seconds(1);
        COMPARE_TEXT(stateOf(inputs), "unknown");
    }

    void takesTheNewestThatWasSeen()
    {
        topology::Inputs inputs = crossed(DirectionState::Up, DirectionState::Up);
        topology::CrossingFact newer = seen(inputs, "c1", "c2", DirectionState::Broken);
        newer.at += std::chrono::seconds(1);
        inputs.crossings.insert(inputs.crossings.begin(), newer);
        COMPARE_TEXT(stateOf(inputs), "oneWay");
    }

    void isDegradedWhereAGatewayLacksPodsOrAClusterIsStale()
    {
        topology::Inputs inputs = crossed(DirectionState::Up, DirectionState::Up);
        deploy(inputs.clusters[1],
               "istio-system",
               "eastwest",
               { { "istio", "eastwestgateway" } },
               1,
               2);
        COMPARE_TEXT(stateOf(inputs), "degraded");
        inputs = crossed(DirectionState::Up, DirectionState::Up);
        inputs.clusters[1].connection.state = topology::ConnectionState::Stale;
        COMPARE_TEXT(stateOf(inputs), "degraded");
    }

    void isBrokenTowardsAClusterWhoseGatewayHasNoReadyPod()
    {
        topology::Inputs inputs = joinedMesh();
        deploy(inputs.clusters[1],
               "istio-system",
               "eastwest",
               { { "istio", "eastwestgateway" } },
               0,
               1);
        COMPARE_TEXT(linksOf(inputs),
                     "link c1-c2 broken: no pod of the east-west gateway in c2 is ready\n"
                     "  forth broken credential: no pod of the east-west gateway in c2 is ready\n"
                     "  back unknown credential: not checked\n");
        inputs.clusters[1].network = inputs.clusters[0].network;
        COMPARE_TEXT(stateOf(inputs), "unknown"); // pods reach each other without it
    }

    void isBrokenWhereIstiodGaveUp()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.sync = { { ClusterId("c1"), { { ClusterId("c2"), "timeout" } }, inputs.now } };
        COMPARE_TEXT(stateOf(inputs), "broken");
    }

    void isNotJoinedWithoutACredential()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.clusters[0].remoteSecrets =
            std::make_shared<watch::Store<watch::MetadataRecord>::Table>();
        COMPARE_TEXT(linksOf(inputs),
                     "link c1-c2 notJoined: c1 has no credential for c2\n"
                     "  forth unknown: c1 has no credential for c2\n"
                     "  back unknown: c1 has no credential for c2\n");
    }

    void doesNotGuessWhereCredentialsCannotBeListed()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.clusters[0].remoteSecrets.reset();
        COMPARE_TEXT(stateOf(inputs), "unknown");
    }

    void isUnknownWhereOneClusterIsAway()
    {
        topology::Inputs inputs = joinedMesh();
        inputs.clusters[1] = { .id = ClusterId("c2"),
                               .role = topology::Role::Remote,
                               .connection = { .state = topology::ConnectionState::Away } };
        COMPARE_TEXT(linksOf(inputs),
                     "link c1-c2 unknown: c2 cannot be read now\n"
                     "  forth unknown credential: not checked\n"
                     "  back unknown credential: not checked\n");
    }

    void twoPrimariesNeedACredentialEach()
    {
        topology::Inputs inputs { .mesh = "m" };
        for (const char* name : { "c1", "c2" }) {
            inputs.clusters.push_back(cluster(name, topology::Role::Primary));
            addIstiod(inputs.clusters.back());
        }
        addCredential(inputs.clusters[0], "c2");
        COMPARE_TEXT(linksOf(inputs),
                     "link c1-c2 unknown: not checked\n"
                     "  forth unknown credential: not checked\n"
                     "  back unknown: c2 has no credential for c1\n");
    }
};

ISTHMUS_TEST_MAIN(TestLinks)
#include "tst_links.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/builder.h"
#include "core/topology/health.h"
#include "tests/core/topology/mesh_records.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::test;

namespace {

topology::Inputs goodMesh()
{
    topology::Inputs inputs = joinedMesh();
    inputs.crossings = { seen(inputs, "c1", "c2", topology::DirectionState::Up),
                         seen(inputs, "c2", "c1", topology::DirectionState::Up) };
    return inputs;
}

std::string sentences(const topology::Inputs& inputs)
{
    std::string out;
    for (const topology::Finding& finding : topology::findings(topology::build(inputs))) {
        out += std::string(topology::name(finding.health)) + ": " + text(finding.message) + "\n";
    }
    return out;
}

} // namespace

class TestHealth : public test::TestBase
{
    Q_OBJECT

private slots:

    void saysThatAllIsWell()
    {
        COMPARE_TEXT(sentences(goodMesh()), "");
        COMPARE_TEXT(text(topology::healthOf(topology::build(goodMesh())).message),
                     "all well in 2 clusters");
    }

    void saysTheWorstFirst()
    {
        topology::Inputs inputs = goodMesh();
        deploy(inputs.clusters[0], "shop", "frontend", { { "app", "frontend" } }, 0, 1);
        inputs.clusters[0].connection.missing = { { .kind = "Secret", .denied = true } };
        inputs.clusters[1].connection.state = topology::ConnectionState::Stale;
        putObject(inputs.clusters[0].virtualServices,
                  R"({"metadata":{"namespace":"shop","name":"f"},"spec":{"hosts":["f"],
                      "http":[{"route":[{"destination":{"host":"frontend","subset":"s"}}]}]}})");
        COMPARE_TEXT(
            sentences(inputs),
            "bad: shop/f sends 100 % to s, where nothing is ready\n"
            "degraded: c2 has stopped answering; what is shown of it is old\n"
            "degraded: the link between c1 and c2 is weakened\n"
            "degraded: 1 of 2 workloads lack ready pods, first c1/Deployment/shop/frontend\n"
            "unknown: c1: Secret cannot be read, the right is missing\n");
    }

    void doesNotCallAMeshGoodThatNobodyChecked()
    {
        COMPARE_TEXT(sentences(joinedMesh()),
                     "unknown: whether requests cross between c1 and c2 was not checked\n");
    }
};

ISTHMUS_TEST_MAIN(TestHealth)
#include "tst_health.moc"

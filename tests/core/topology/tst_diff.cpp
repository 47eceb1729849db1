// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topology/builder.h"
#include "core/topology/diff.h"
#include "tests/core/topology/mesh_records.h"
#include "tests/support/test.h"

using namespace isthmus;
using namespace isthmus::test;

class TestDiff : public test::TestBase
{
    Q_OBJECT

private slots:

    void findsNothingWhereOnlyTimeWentBy()
    {
        topology::Inputs inputs = joinedMesh();
        const topology::TopologySnapshot before = topology::build(inputs);
        inputs.now += std::chrono::seconds(10);
        inputs.clusters[0].connection.heardAt = inputs.now;
        QVERIFY(topology::diff(before, topology::build(inputs)).empty());
    }

    void namesWhatCameWentAndChanged()
    {
        topology::Inputs inputs = joinedMesh();
        const topology::TopologySnapshot before = topology::build(inputs);
        serve(inputs.clusters[0], "shop", "cart", { { "app", "cart" } });
        deploy(inputs.clusters[1], "shop", "frontend", { { "app", "frontend" } }, 0, 1);
        auto services = std::make_shared<watch::Store<watch::ServiceRecord>::Table>(
            *inputs.clusters[1].services);
        services->erase({ "shop", "frontend" });
        inputs.clusters[1].services = std::move(services);
        COMPARE_TEXT(topology::dump(topology::diff(before, topology::build(inputs))),
                     "~ c2/Deployment/shop/frontend\n"
                     "+ c1/Service/shop/cart\n"
                     "- c2/Service/shop/frontend\n");
    }
};

ISTHMUS_TEST_MAIN(TestDiff)
#include "tst_diff.moc"

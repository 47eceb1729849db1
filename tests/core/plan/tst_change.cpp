// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/plan/change.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestChange : public test::TestBase
{
    Q_OBJECT

private slots:

    void isALineUnlessItDoesNothing()
    {
        const kube::ObjectKey key { "v1", "Secret", "istio-system", "cacerts" };
        std::vector<plan::Change> changes;
        for (const plan::Action action : { plan::Action::None,
                                           plan::Action::Create,
                                           plan::Action::Update,
                                           plan::Action::Delete }) {
            changes.push_back({ .action = action, .cluster = ClusterId("onprem"), .key = key });
        }
        COMPARE_TEXT(plan::dump(changes),
                     "onprem  create  Secret istio-system/cacerts\n"
                     "onprem  update  Secret istio-system/cacerts\n"
                     "onprem  delete  Secret istio-system/cacerts\n");
    }

    void everyValueHasANameOfItsOwn()
    {
        COMPARE_TEXT(plan::name(plan::Action::None), "none");
        COMPARE_TEXT(plan::name(plan::DiffFrom::Planned), "planned");
        COMPARE_TEXT(plan::name(plan::DiffFrom::DryRun), "dryRun");
        COMPARE_TEXT(plan::name(plan::DiffFrom::Deferred), "deferred");
    }
};

ISTHMUS_TEST_MAIN(TestChange)
#include "tst_change.moc"

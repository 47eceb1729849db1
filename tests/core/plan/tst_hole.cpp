// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/plan/hole.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const plan::Hole address { StepId("onprem/east-west-address"), "address" };
const plan::Hole port { StepId("onprem/east-west-address"), "port" };

json::Value tree()
{
    return json::Object { { "hosts", json::Array { plan::marker(address), "fixed" } },
                          { "port", plan::marker(port) },
                          { "again", plan::marker(address) } };
}

std::string dump(const std::vector<plan::Hole>& holes)
{
    std::string out;
    for (const plan::Hole& hole : holes) {
        out += text(hole) + "\n";
    }
    return out;
}

} // namespace

class TestHole : public test::TestBase
{
    Q_OBJECT

private slots:

    void isFoundOnceWhereverItStands()
    {
        COMPARE_TEXT(dump(plan::holesIn(tree())),
                     "onprem/east-west-address#address\nonprem/east-west-address#port\n");
        COMPARE_TEXT(dump(plan::holesIn("text")), "");
    }

    void survivesBeingStored()
    {
        const Result<json::Value> read = json::parse(json::write(tree()));
        QVERIFY(read && plan::holesIn(*read) == plan::holesIn(tree()));
    }

    void whatIsKnownIsFilledAndTheRestStays()
    {
        const json::Value once = plan::filled(tree(), { { address, "10.0.0.1" } });
        COMPARE_TEXT(json::write(once),
                     R"({"again":"10.0.0.1","hosts":["10.0.0.1","fixed"],)"
                     R"("port":{"isthmus.io/hole":"onprem/east-west-address#port"}})");
        COMPARE_TEXT(dump(plan::holesIn(once)), "onprem/east-west-address#port\n");
        COMPARE_TEXT(json::write(plan::filled(once, { { port, "15443" } })),
                     R"({"again":"10.0.0.1","hosts":["10.0.0.1","fixed"],"port":"15443"})");
    }

    void aPreviewNamesTheStep()
    {
        COMPARE_TEXT(json::write(plan::withPlaceholders(plan::marker(address))),
                     R"("<from onprem/east-west-address>")");
    }

    void whatOnlyLooksLikeOneIsLeftAlone()
    {
        json::Value more = plan::marker(address);
        more.member("other") = 1;
        const json::Value bare = json::Object { { "isthmus.io/hole", "no name" } };
        for (const json::Value& value : { more, bare }) {
            COMPARE_TEXT(dump(plan::holesIn(value)), "");
            COMPARE_TEXT(json::write(plan::filled(value, { { address, "x" } })),
                         json::write(value));
        }
    }
};

ISTHMUS_TEST_MAIN(TestHole)
#include "tst_hole.moc"

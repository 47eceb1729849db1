// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/yaml/document.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

std::string read(std::string_view text)
{
    const auto values = yaml::parseManifests(text, "chart.yaml");
    if (!values) {
        return describe(values.error());
    }
    std::string out;
    for (const json::Value& value : *values) {
        out += json::write(value) + "\n";
    }
    return out;
}

} // namespace

class TestManifests : public test::TestBase
{
    Q_OBJECT

private slots:

    void splitsAStreamAndLeavesEmptyDocumentsOut()
    {
        COMPARE_TEXT(
            read("---\n# Source: a\n---\nkind: A\n--- # b\n---\n\nkind: B\n...\n---\nnull\n"),
            "{\"kind\":\"A\"}\n{\"kind\":\"B\"}\n");
        COMPARE_TEXT(read(""), "");
    }

    void keepsMarkersInsideBlocks()
    {
        COMPARE_TEXT(read("a: |\n  ---\n  b\n---\nc: d\n"),
                     "{\"a\":\"---\\nb\\n\"}\n{\"c\":\"d\"}\n");
    }

    void doesNotUnpackLists()
    {
        COMPARE_TEXT(read("kind: List\nitems: [{kind: A}]\n"),
                     "{\"items\":[{\"kind\":\"A\"}],\"kind\":\"List\"}\n");
    }

    void readsJson()
    {
        COMPARE_TEXT(read("{\"a\":\"b\",\"c\":[1,2.5,true,null,\"\\u00e4\\/\"]}"),
                     "{\"a\":\"b\",\"c\":[1,2.5,true,null,\"ä/\"]}\n");
    }

    void namesFileLineAndColumn()
    {
        COMPARE_TEXT(read("a: 1\n---\nb: 2\nc: 3\nb: 4\n"),
                     "chart.yaml:5:1: this is not a usable manifest: the key \"b\" stands twice in "
                     "one map: it "
                     "stands in line 3 already");
        COMPARE_TEXT(
            read("---\na: &x b\n"),
            "chart.yaml:2:4: this is not a usable manifest: anchors (&name) are not allowed here");
        COMPARE_TEXT(read("---\na:\n  true: 1\n  yes: 2\n"),
                     "chart.yaml:4:3: the key \"true\" stands twice in one map");
        COMPARE_TEXT(read("---\na: 1\n---\nb: [\n"),
                     "chart.yaml:4:4: this is not a usable manifest: this is not valid YAML: a [ "
                     "is not closed");
        COMPARE_TEXT(
            read("a: 1\n---\n[\"\"],"),
            "chart.yaml:3:5: this is not a usable manifest: text follows the end of the document");
    }

    void says1e06AsTheIntegerThatHelmMeant()
    {
        COMPARE_TEXT(read("a: 1e+06\nb: 1.5e+06\nc: '1e+06'"),
                     "{\"a\":1000000,\"b\":1500000,\"c\":\"1e+06\"}\n");
    }
};

ISTHMUS_TEST_MAIN(TestManifests)
#include "tst_manifests.moc"

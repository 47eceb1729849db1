// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/charts/helm.h"
#include "tests/core/charts/chart_fixture.h"

#include <thread>
#include <vector>

using namespace isthmus;
using namespace isthmus::charts;

namespace {

constexpr std::string_view templateScript = R"(cat >"$here/values"; cat "$here/output")";

Release istiod()
{
    return { .chart = Chart::Istiod,
             .name = "istiod",
             .ns = "istio-system",
             .values = json::Object { { "global", json::Object { { "meshID", "mesh1" } } } } };
}

} // namespace

class TestRenderer : public test::TestBase
{
    Q_OBJECT

private slots:

    void rendersWithTheseArgumentsAndTheValuesOnStandardInput()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm(templateScript);
        fixture.put("output",
                    "---\n# Source: x\napiVersion: v1\nkind: Service\nmetadata: {name: istiod}\n");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY2(renderer, renderer ? "" : describe(renderer.error()).c_str());

        Release release = istiod();
        release.kubeVersion = "1.36";
        const auto rendered = renderer->render(release);
        QVERIFY2(rendered, rendered ? "" : describe(rendered.error()).c_str());
        COMPARE_TEXT(fixture.argv(),
                     "template\nistiod\n"
                         + fixture.folder.path("release/istio-control/istio-discovery")
                         + "\n--namespace\nistio-system\n--values\n-\n--include-crds\n--kube-"
                           "version\n1.36\n");
        COMPARE_TEXT(test::contentOf(fixture.folder.path("values")),
                     R"({"global":{"meshID":"mesh1"}})");
        QCOMPARE(rendered->objects.size(), std::size_t { 1 });
        QCOMPARE(rendered->objects[0]["metadata"]["namespace"].string(),
                 std::string("istio-system"));
        QCOMPARE(rendered->chartVersion, std::string("1.31.0"));
        QCOMPARE(rendered->digest, renderer->digest(Chart::Istiod));
    }

    void leavesTheClustersVersionToHelmWhereItIsUnknown()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm(templateScript);
        fixture.put("output", "");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "");
        QVERIFY(renderer);
        Release release = istiod();
        release.values = {};
        const auto rendered = renderer->render(release);
        QVERIFY(rendered);
        QVERIFY(rendered->objects.empty());
        QVERIFY(fixture.argv().ends_with("--include-crds\n"));
        COMPARE_TEXT(test::contentOf(fixture.folder.path("values")), "{}");
    }

    void tellsInHelmsWordsWhatFailed()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm(
            "cat >/dev/null; echo \"Error: values don't meet the schema: 'nope'\" >&2; exit 1");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        const auto rendered = renderer->render(istiod());
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::Invalid);
        COMPARE_TEXT(text(rendered.error().message),
                     "helm could not render the chart istiod for istiod");
        COMPARE_TEXT(rendered.error().detail, "values don't meet the schema: 'nope'");
        COMPARE_TEXT(rendered.error().subject, "helm release istio-system/istiod");
        QVERIFY(!rendered.error().remedy.empty());
    }

    void refusesOutputThatIsNoManifest()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm("cat >/dev/null; echo 'WARNING: something'");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        const auto rendered = renderer->render(istiod());
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().message.id, std::string("charts.output"));
    }

    void refusesNamesThatHelmWouldTakeForOptions()
    {
        const test::HelmFixture fixture;
        const auto renderer =
            Renderer::open(fixture.helm(":"), { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        Release release = istiod();
        release.name = "--post-renderer";
        const auto rendered = renderer->render(release);
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::Invalid);
        QVERIFY(fixture.argv().empty());
    }

    void refusesChartsOfAnotherVersion()
    {
        const test::HelmFixture fixture;
        const std::string folder = fixture.release("release", "1.30.3");
        const auto renderer = Renderer::open(fixture.helm(":"), { .directory = folder }, "1.31.0");
        QVERIFY(!renderer);
        QCOMPARE(renderer.error().code, ErrorCode::Preflight);
        COMPARE_TEXT(text(renderer.error().message),
                     "the chart base has version 1.30.3, not 1.31.0");
        QVERIFY(text(renderer.error().remedy).find("1.30.3") != std::string::npos);
    }

    void acceptsAnyOneVersionWhereNoneIsAskedFor()
    {
        const test::HelmFixture fixture;
        const std::string folder = fixture.release("release", "1.30.3");
        const auto renderer = Renderer::open(fixture.helm(":"), { .directory = folder }, "");
        QVERIFY(renderer);
        COMPARE_TEXT(renderer->version(), "1.30.3");
        fixture.chart("release/gateway", "1.29.0");
        const auto mixed = Renderer::open(fixture.helm(":"), { .directory = folder }, "");
        QVERIFY(!mixed);
        COMPARE_TEXT(text(mixed.error().message),
                     "the chart gateway has version 1.29.0, not 1.30.3");
    }

    void refusesToRenderChartsThatChangedSince()
    {
        const test::HelmFixture fixture;
        const auto renderer =
            Renderer::open(fixture.helm(":"), { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        fixture.put("release/istio-control/istio-discovery/templates/service.yaml",
                    "kind: Other\n");
        const auto rendered = renderer->render(istiod());
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::Preflight);
        QCOMPARE(rendered.error().message.id, std::string("charts.changed"));
        QVERIFY(fixture.argv().empty());
    }

    void rendersTheOneChartThatAStoredPlanNames()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm(templateScript);
        fixture.put("output", "{apiVersion: v1, kind: Service, metadata: {name: istiod}}");
        const auto opened = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY(opened);
        const auto stored = Renderer::recorded(
            helm, Chart::Istiod, opened->path(Chart::Istiod), opened->digest(Chart::Istiod));
        const auto rendered = stored.render(istiod());
        QVERIFY2(rendered, rendered ? "" : describe(rendered.error()).c_str());
        QCOMPARE(rendered->chartVersion, std::string("1.31.0"));

        Release other = istiod();
        other.chart = Chart::Base;
        QVERIFY(!stored.render(other));
        const auto changed =
            Renderer::recorded(helm, Chart::Istiod, opened->path(Chart::Istiod), "0123")
                .render(istiod());
        QVERIFY(!changed);
        QCOMPARE(changed.error().message.id, std::string("charts.changed"));
    }

    void wantsExactlyOneSource()
    {
        const test::HelmFixture fixture;
        const auto none = Renderer::open(fixture.helm(":"), {}, "1.31.0");
        QVERIFY(!none);
        QCOMPARE(none.error().message.id, std::string("charts.no-source"));
        const auto two = Renderer::open(
            fixture.helm(":"), { .directory = "/a", .archive = "/b.tar.gz" }, "1.31.0");
        QVERIFY(!two);
        QCOMPARE(two.error().message.id, std::string("charts.many-sources"));
    }

    void stopsOnRequest()
    {
        const test::HelmFixture fixture;
        const auto renderer =
            Renderer::open(fixture.helm("sleep 600"), { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        std::stop_source stop;
        stop.request_stop();
        const auto rendered = renderer->render(istiod(), stop.get_token());
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::Cancelled);
        QVERIFY(!rendered.error().subject.empty());
    }

    void saysThatHelmIsMissingWhereItWentAway()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm(":");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        std::filesystem::remove(helm.program);
        const auto rendered = renderer->render(istiod());
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::Preflight);
        QCOMPARE(rendered.error().message.id, std::string("charts.helm-missing"));
    }

    void rendersInSeveralThreadsAtOnce()
    {
        const test::HelmFixture fixture;
        const Helm helm = fixture.helm("cat >/dev/null; printf '{apiVersion: v1, kind: Service, "
                                       "metadata: {name: %s}}\\n' \"$2\"");
        const auto renderer = Renderer::open(helm, { .directory = fixture.release() }, "1.31.0");
        QVERIFY(renderer);
        std::vector<std::string> names(8);
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < names.size(); ++i) {
                threads.emplace_back([&renderer, &names, i] {
                    Release release = istiod();
                    release.name = "release-" + std::to_string(i);
                    const auto rendered = renderer->render(release);
                    names[i] = rendered ? rendered->objects.at(0)["metadata"]["name"].string()
                                        : describe(rendered.error());
                });
            }
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            COMPARE_TEXT(names[i], "release-" + std::to_string(i));
        }
    }
};

ISTHMUS_TEST_MAIN(TestRenderer)
#include "tst_renderer.moc"

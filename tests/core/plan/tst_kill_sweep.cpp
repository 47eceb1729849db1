// SPDX-License-Identifier: GPL-3.0-or-later
// A process may end at any moment. Everything that a run can be seen to do is a moment here: the
// journal and both clusters are copied as they are then, and from each copy the run must come to
// the same mesh, and an undo back to the beginning, without sending anything twice.
#include "core/base/file.h"
#include "core/plan/journalled_writer.h"
#include "tests/core/plan/journal_fixture.h"

#include <algorithm>
#include <set>

using namespace isthmus;

namespace {

namespace fs = std::filesystem;

/// A Service, and an address that later steps wait for.
class Address final : public plan::ObjectsBehaviour
{
public:
    plan::Inspection inspect(const plan::Step& step,
                             const plan::ReadContext& context) const override
    {
        plan::Inspection out = ObjectsBehaviour::inspect(step, context);
        if (out.state == plan::Inspection::State::AlreadyRight) {
            out.values["address"] = "10.0.0.9";
        }
        return out;
    }

    Result<void> verify(const plan::Step& /*step*/, plan::WriteContext& context) const override
    {
        return context.fill("address", "10.0.0.9");
    }
};

/// Scales somebody else's Deployment from 2 to 3, as a JSON Patch that can be taken back.
class Scale final : public plan::Behaviour
{
public:
    plan::Inspection inspect(const plan::Step& step,
                             const plan::ReadContext& context) const override
    {
        plan::Inspection out;
        if (live(step, context)["spec"]["replicas"].integer() == 3) {
            out.state = plan::Inspection::State::AlreadyRight;
        }
        return out;
    }

    Result<void> apply(const plan::Step& step, plan::WriteContext& context) const override
    {
        plan::PreparedWrite one;
        one.live = live(step, context);
        one.write.verb = kube::Verb::JsonPatch;
        one.write.key = kube::keyOf(step.inputs["object"]);
        one.write.body = patch(2, 3);
        one.inverse = patch(3, 2);
        const auto sent = context.write(step.cluster, { std::move(one) });
        return sent ? Result<void>() : Result<void>(sent.error());
    }

    Result<void> verify(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const override
    {
        return {};
    }

private:
    static json::Value live(const plan::Step& step, const plan::ReadContext& context)
    {
        const std::array keys { kube::keyOf(step.inputs["object"]) };
        return context.clusters.find(step.cluster)->getAll(keys, context.stop).front().value();
    }

    static json::Value patch(int from, int to)
    {
        return json::Array {
            json::Object { { "op", "test" }, { "path", "/spec/replicas" }, { "value", from } },
            json::Object { { "op", "replace" }, { "path", "/spec/replicas" }, { "value", to } }
        };
    }
};

json::Value object(const std::string& apiVersion,
                   const std::string& kind,
                   const std::string& ns,
                   const std::string& name)
{
    json::Object metadata { { "name", name } };
    if (!ns.empty()) {
        metadata.emplace("namespace", ns);
    }
    return json::Object { { "apiVersion", apiVersion },
                          { "kind", kind },
                          { "metadata", std::move(metadata) } };
}

json::Value shop(const std::string& label, const std::string& value)
{
    json::Value out = object("v1", "Namespace", "", "shop");
    out.member("metadata").member("labels").member(label) = value;
    return out;
}

json::Value secret()
{
    json::Value out = object("v1", "Secret", "shop", "token");
    out.member("data").member("token") = "c2VjcmV0LWJ5dGVz";
    return out;
}

json::Value deployment()
{
    json::Value out = object("apps/v1", "Deployment", "shop", "web");
    out.member("spec").member("replicas") = 2;
    return out;
}

plan::Plan thePlan()
{
    plan::Step base = test::objectsStep("onprem/base",
                                        { shop("istio-injection", "enabled"),
                                          test::configMap("kept", "new"),
                                          test::configMap("fresh", "1") });
    base.inputs.member("required") = true;
    plan::Step address = test::objectsStep(
        "gke/address", { object("v1", "Service", "shop", "web") }, { "onprem/base" });
    address.type = "address";
    json::Value endpoint = test::configMap("endpoint", "");
    endpoint.member("data").member("key") = plan::marker({ StepId("gke/address"), "address" });
    plan::Step scale = test::stepOf("gke/scale", "scale", { "onprem/endpoint" });
    scale.inputs.member("object") = object("apps/v1", "Deployment", "shop", "web");
    return test::planOf({ base,
                          address,
                          test::objectsStep("onprem/endpoint", { endpoint }, { "gke/address" }),
                          scale,
                          test::objectsStep("gke/late",
                                            { secret(), test::configMap("late", "1") },
                                            { "gke/scale" }) });
}

struct World : test::PlanRun
{
    World()
    {
        behaviours.add("address", std::make_unique<Address>());
        behaviours.add("scale", std::make_unique<Scale>());
    }

    void furnish()
    {
        onprem.put(shop("team", "a"));
        json::Value kept = test::configMap("kept", "old");
        kept.member("metadata").member("annotations").member(plan::operationAnnotation) = "earlier";
        onprem.put(kept, "isthmus");
        gke.put(deployment());
    }

    /// Every object with its uid; what only a server counts is left out.
    [[nodiscard]] std::string state() const
    {
        std::string out;
        for (const test::FakeCluster* cluster : { &onprem, &gke }) {
            out += cluster == &onprem ? "onprem\n" : "gke\n";
            for (const auto& [key, live] : cluster->objects) {
                json::Value shown = live;
                shown.member("metadata").erase("resourceVersion");
                shown.member("metadata").erase("managedFields");
                out += json::write(shown) + "\n";
            }
        }
        return out;
    }

    [[nodiscard]] std::string journalText() const
    {
        return readFile(plan::journalPath(folder.path(), id)).value_or("");
    }

    [[nodiscard]] std::size_t sent() const { return onprem.writes.size() + gke.writes.size(); }
};

/// The journal and the clusters as they were at one moment.
struct Moment
{
    std::string journal;
    std::string state;
    test::FakeObjects onprem;
    test::FakeObjects gke;
};

std::size_t lines(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::string firstLines(std::string_view text, std::size_t count)
{
    std::size_t end = 0;
    while (count-- > 0) {
        end = text.find('\n', end) + 1;
    }
    return std::string(text.substr(0, end));
}

/// What a power cut certainly leaves: up to the last record that was made durable.
std::string durablePart(const std::string& journal)
{
    const std::size_t last =
        std::max(journal.rfind("\"t\":\"intent\"") + 1, journal.rfind("\"t\":\"state\"") + 1);
    return journal.substr(0, journal.find('\n', last) + 1);
}

/// Collects the moments of a world until it goes.
class Camera
{
public:
    explicit Camera(World& world)
        : m_world(world)
    {
        const auto shoot = [this] { take(); };
        world.onprem.onMoment = shoot;
        world.gke.onMoment = shoot;
        world.onEvent = [this](const plan::Event&) { take(); };
    }

    void take()
    {
        Moment now { m_world.journalText(), m_world.state(), m_world.onprem, m_world.gke };
        if (!moments.empty() && moments.back().journal == now.journal
            && moments.back().state == now.state) {
            return;
        }
        // Several records at once: the moments between them, before anything was sent.
        for (std::size_t count = moments.empty() ? lines(now.journal)
                                                 : lines(moments.back().journal) + 1;
             count < lines(now.journal);
             ++count) {
            Moment between = moments.back();
            between.journal = firstLines(now.journal, count);
            moments.push_back(std::move(between));
        }
        moments.push_back(std::move(now));
    }

    std::vector<Moment> moments = {};

private:
    World& m_world;
};

/// A world that goes on from a moment, in a process of its own.
std::unique_ptr<World> after(const World& origin, const Moment& moment, bool powerCut)
{
    auto out = std::make_unique<World>();
    fs::copy(origin.folder.path(),
             out->folder.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    // A power cut may also leave half a line.
    const std::string journal =
        powerCut ? durablePart(moment.journal) + "0a1b2c3d 000000" : moment.journal;
    [[maybe_unused]] const std::string path =
        out->folder.write(plan::journalPath({}, out->id).string(), journal);
    static_cast<test::FakeObjects&>(out->onprem) = moment.onprem;
    static_cast<test::FakeObjects&>(out->gke) = moment.gke;
    return out;
}

} // namespace

class TestKillSweep : public test::TestBase
{
    Q_OBJECT

private:
    std::unique_ptr<World> m_world;
    std::string m_beginning;
    std::string m_end;
    std::vector<Moment> m_moments;

private slots:

    void initTestCase()
    {
        m_world = std::make_unique<World>();
        m_world->furnish();
        m_beginning = m_world->state();
        Camera camera(*m_world);
        Result<plan::Journal> journal = m_world->begin(thePlan());
        camera.take();
        COMPARE_TEXT(test::dump(m_world->run(std::move(journal))), "done\n");
        camera.take();
        m_world->onprem.onMoment = m_world->gke.onMoment = [] { };
        m_world->onEvent = {};
        m_end = m_world->state();
        m_moments = std::move(camera.moments);
    }

    void theRunThatNobodyCutsOff()
    {
        COMPARE_TEXT(test::dumpWrites(m_world->stored()),
                     "1 onprem apply Namespace shop updated\n"
                     "2 onprem apply ConfigMap shop/kept updated\n"
                     "3 onprem apply ConfigMap shop/fresh created\n"
                     "4 gke apply Service shop/web created\n"
                     "5 onprem apply ConfigMap shop/endpoint created\n"
                     "6 gke patch Deployment shop/web updated\n"
                     "7 gke apply ConfigMap shop/late created\n"
                     "8 gke apply Secret shop/token created\n");
        QVERIFY(m_end.find("10.0.0.9") != std::string::npos);
        QVERIFY(m_world->journalText().find("c2VjcmV0") == std::string::npos);
    }

    void everyRecordOfTheJournalIsAMoment()
    {
        std::set<std::size_t> seen;
        for (const Moment& moment : m_moments) {
            seen.insert(lines(moment.journal));
        }
        for (std::size_t count = 2; count <= lines(m_world->journalText()); ++count) {
            QVERIFY2(seen.contains(count), std::to_string(count).c_str());
        }
        // And each write has one more, in which it has arrived and the journal does not know.
        const std::size_t writes = m_world->stored().writes.size();
        QVERIFY(m_moments.size() >= seen.size() + writes);
    }

    void fromEveryMomentTheRunComesToTheSameMeshAndBack()
    {
        for (const Moment& moment : m_moments) {
            for (const bool powerCut : { false, true }) {
                const std::string where = moment.journal + (powerCut ? "(power cut)" : "");
                const std::unique_ptr<World> world = after(*m_world, moment, powerCut);
                QVERIFY2(world->run(world->open()).state == plan::RunState::Done, where.c_str());
                COMPARE_TEXT(world->state(), m_end);
                // Nothing twice: what had been sent before the cut was found by reading.
                QVERIFY2(world->sent() == m_world->sent(), where.c_str());
                world->id = OperationId("20261123T130000Z-ffff");
                QVERIFY(world->run(thePlan()).state == plan::RunState::Done);
                QVERIFY2(world->sent() == m_world->sent(), where.c_str());
                world->id = m_world->id;
                COMPARE_TEXT(test::dump(world->undo()), "undone\n");
                COMPARE_TEXT(world->state(), m_beginning);
            }
        }
    }

    void fromEveryMomentAnUndoLeadsBack()
    {
        for (const Moment& moment : m_moments) {
            for (const bool powerCut : { false, true }) {
                const std::unique_ptr<World> world = after(*m_world, moment, powerCut);
                COMPARE_TEXT(test::dump(world->undo()), "undone\n");
                COMPARE_TEXT(world->state(), m_beginning);
            }
        }
    }

    void fromEveryMomentOfAnUndoTheUndoGoesOn()
    {
        const std::unique_ptr<World> undone = after(*m_world, m_moments.back(), false);
        Camera camera(*undone);
        COMPARE_TEXT(test::dump(undone->undo()), "undone\n");
        camera.take();
        QVERIFY(camera.moments.size() > 15);
        for (const Moment& moment : camera.moments) {
            for (const bool powerCut : { false, true }) {
                const std::unique_ptr<World> world = after(*undone, moment, powerCut);
                COMPARE_TEXT(test::dump(world->undo()), "undone\n");
                COMPARE_TEXT(world->state(), m_beginning);
            }
        }
    }
};

ISTHMUS_TEST_MAIN(TestKillSweep)
#include "tst_kill_sweep.moc"

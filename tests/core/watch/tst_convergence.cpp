// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a server and the network do in between, in the end the copy equals the original.
#include "core/watch/record_reflector.h"
#include "tests/support/manual_executor.h"
#include "tests/support/test.h"

#include <algorithm>
#include <random>

using namespace isthmus;
using watch::NamespaceRecord;

namespace {

using Random = std::mt19937;

bool chance(Random& random, int percent)
{
    return static_cast<int>(random() % 100) < percent;
}

/// A collection with its history, served over a network that cuts anywhere. One thread.
class Server final : public http::Transport
{
public:
    using State = std::map<std::string, int>; ///< name to version

    explicit Server(Random& random)
        : m_random(random)
    { }

    /// Creates, changes or deletes one of a few objects.
    void change()
    {
        const std::string name(1, static_cast<char>('a' + m_random() % 6));
        ++m_version;
        if (m_state.contains(name) && chance(m_random, 40)) {
            m_state.erase(name);
            m_history.push_back({ m_version, "DELETED", name });
        } else {
            const char* type = m_state.contains(name) ? "MODIFIED" : "ADDED";
            m_state[name] = m_version;
            m_history.push_back({ m_version, type, name });
        }
        m_states[m_version] = m_state;
    }

    /// Forgets what is older than now: 410 for who is behind.
    void compact() { m_oldest = m_version; }

    /// Sends something on each open stream, perhaps half a line, and ends some of them.
    void pump()
    {
        for (Stream& stream : std::exchange(m_streams, {})) {
            if (stream.stop.stop_requested()) {
                stream.handler.onDone(Error { ErrorCode::Cancelled, msg("test.cancelled") });
                continue;
            }
            refill(stream);
            const std::size_t piece =
                m_calm ? stream.unsent.size() : m_random() % (stream.unsent.size() + 1);
            const bool goOn = piece == 0 || stream.handler.onBody(stream.unsent.substr(0, piece));
            stream.unsent.erase(0, piece);
            if (!goOn) {
                stream.handler.onDone(Error { ErrorCode::Cancelled, msg("test.cancelled") });
            } else if (!m_calm && chance(m_random, 20)) {
                end(stream);
            } else {
                m_streams.push_back(std::move(stream));
            }
        }
    }

    /// From now on nothing fails.
    void calmDown() { m_calm = true; }

    [[nodiscard]] const State& state() const { return m_state; }

    [[nodiscard]] bool isQuiet() const
    {
        return !m_streams.empty() && std::ranges::all_of(m_streams, [this](const Stream& stream) {
            return stream.at == m_version && stream.unsent.empty() && !stream.stop.stop_requested();
        });
    }

    void send(std::shared_ptr<const http::Endpoint> /*endpoint*/,
              http::Request request,
              http::Handler handler,
              std::stop_token stop) override
    {
        if (!m_calm && chance(m_random, 10)) {
            handler.onDone(Error { ErrorCode::Unreachable, msg("test.away") });
            return;
        }
        if (!m_calm && chance(m_random, 5)) {
            answer(handler, 503, "busy");
            return;
        }
        if (parameter(request.target, "watch=").empty()) {
            list(request.target, handler);
        } else {
            watch(std::stoi(parameter(request.target, "resourceVersion=")),
                  std::move(handler),
                  std::move(stop));
        }
    }

private:
    struct Entry
    {
        int version;
        std::string type;
        std::string name;
    };

    struct Stream
    {
        http::Handler handler;
        std::stop_token stop;
        int at; ///< version up to which lines are in `unsent` or beyond
        std::string unsent;
    };

    static std::string parameter(const std::string& target, const std::string& name)
    {
        const std::size_t at = target.find(name);
        return at == std::string::npos
            ? ""
            : target.substr(at + name.size(), target.find('&', at) - at - name.size());
    }

    static std::string object(const std::string& name, int version)
    {
        return R"({"metadata":{"name":")" + name + R"(","resourceVersion":")"
            + std::to_string(version) + R"("}})";
    }

    void answer(const http::Handler& handler, int status, const std::string& body, bool cut = false)
    {
        const http::Headers headers { { "Content-Type", "application/json" } };
        handler.onHeaders({ .status = status, .headers = headers });
        const std::size_t size = cut ? m_random() % body.size() : body.size();
        (void)handler.onBody(body.substr(0, size));
        if (cut) {
            handler.onDone(Error { ErrorCode::Unreachable, msg("test.cut") });
        } else {
            handler.onDone(http::Response { .status = status, .headers = headers });
        }
    }

    static std::string expired() { return R"({"kind":"Status","code":410,"reason":"Expired"})"; }

    /// Pages of two; the token is "version.last-name".
    void list(const std::string& target, const http::Handler& handler)
    {
        const std::string token = parameter(target, "continue=");
        const int version = token.empty() ? m_version : std::stoi(token);
        const std::string after = token.empty() ? "" : token.substr(token.find('.') + 1);
        if (version < m_oldest) {
            answer(handler, 410, expired());
            return;
        }
        const std::size_t limit = parameter(target, "limit=").empty() ? 1'000 : 2;
        std::string items;
        std::string next;
        std::size_t count = 0;
        for (const auto& [name, itemVersion] : m_states[version]) {
            if (name <= after) {
                continue;
            }
            if (count++ == limit) {
                next = std::to_string(version) + '.' + next;
                break;
            }
            items += (items.empty() ? "" : ",") + object(name, itemVersion);
            next = name;
        }
        if (count <= limit) {
            next.clear();
        }
        answer(handler,
               200,
               R"({"metadata":{"resourceVersion":")" + std::to_string(version) + R"(","continue":")"
                   + next + R"("},"items":[)" + items + "]}",
               !m_calm && chance(m_random, 15));
    }

    void watch(int from, http::Handler handler, std::stop_token stop)
    {
        if (from < m_oldest && chance(m_random, 50)) {
            answer(handler, 410, expired());
            return;
        }
        handler.onHeaders({ .status = 200, .headers = { { "Content-Type", "application/json" } } });
        Stream stream {
            .handler = std::move(handler), .stop = std::move(stop), .at = from, .unsent = {}
        };
        if (from < m_oldest) {
            stream.unsent = R"({"type":"ERROR","object":)" + expired() + "}\n";
            stream.at = m_version;
        }
        m_streams.push_back(std::move(stream));
    }

    void refill(Stream& stream)
    {
        for (const Entry& entry : m_history) {
            if (entry.version > stream.at) {
                const std::string line = R"({"type":")" + entry.type + R"(","object":)"
                    + object(entry.name, entry.version) + "}\n";
                stream.unsent += line;
                if (!m_calm && chance(m_random, 10)) {
                    stream.unsent += line; // twice, as proxies and restarts have it
                }
                stream.at = entry.version;
            }
        }
        if (chance(m_random, 10)) {
            stream.unsent += R"({"type":"BOOKMARK","object":)" + object("", stream.at) + "}\n";
        }
    }

    void end(const Stream& stream)
    {
        if (chance(m_random, 50)) {
            stream.handler.onDone(http::Response { .status = 200 });
        } else {
            stream.handler.onDone(Error { ErrorCode::Unreachable, msg("test.cut") });
        }
    }

    Random& m_random;
    State m_state;
    std::map<int, State> m_states { { 0, {} } };
    std::vector<Entry> m_history;
    std::vector<Stream> m_streams;
    int m_version = 0;
    int m_oldest = 0;
    bool m_calm = false;
};

std::string dump(const Server::State& state)
{
    std::string out;
    for (const auto& [name, version] : state) {
        out += name + '@' + std::to_string(version) + ' ';
    }
    return out;
}

struct Bed
{
    explicit Bed(unsigned seed)
        : random(seed)
        , server(random)
        , client(server, { .server = "https://h:1" }, { .cluster = ClusterId("c"), .clock = clock })
        , executor(clock)
    {
        kube::ResourceMap map;
        map.add({ .apiVersion = "v1",
                  .kind = "Namespace",
                  .plural = "namespaces",
                  .namespaced = false });
        client.learn(map);
        reflector = std::make_shared<watch::RecordReflector<NamespaceRecord>>(
            watch::Reflector::Options {
                .client = client,
                .executor = executor,
                .collection = { .apiVersion = "v1", .kind = "Namespace" },
                .random = [this] { return static_cast<double>(random() % 1'000) / 1'000; } },
            [this](const auto& changes, auto& store) {
                follow(changes);
                copy.clear();
                for (const auto& [key, record] : *store.snapshot()) {
                    copy[key.second] = std::stoi(record->meta.resourceVersion);
                }
            });
        reflector->start();
    }

    /// What somebody has who only listens to changes.
    template<typename Changes>
    void follow(const Changes& changes)
    {
        for (const auto& change : changes) {
            const watch::Meta& meta = change.record->meta;
            if (change.type == watch::ChangeType::Deleted) {
                followed.erase(meta.name);
            } else {
                followed[meta.name] = std::stoi(meta.resourceVersion);
            }
        }
    }

    void live(int steps)
    {
        for (int i = 0; i < steps; ++i) {
            switch (random() % 8) {
            case 0:
            case 1:
            case 2:
                server.change();
                break;
            case 3:
                server.compact();
                break;
            case 4:
            case 5:
                server.pump();
                break;
            case 6:
                (void)executor.runNextTimer();
                break;
            default:
                if (chance(random, 10)) {
                    reflector->wake();
                }
            }
            if (chance(random, 70)) {
                executor.run();
            }
        }
    }

    /// Whether it came to rest within a bounded number of turns.
    bool settle()
    {
        server.calmDown();
        for (int i = 0; i < 100; ++i) {
            executor.run();
            if (server.isQuiet()) {
                return true;
            }
            server.pump();
            executor.run();
            if (!server.isQuiet()) {
                (void)executor.runNextTimer();
            }
        }
        return false;
    }

    Random random;
    test::ManualClock clock;
    Server server;
    api::Client client;
    test::ManualExecutor executor;
    std::shared_ptr<watch::RecordReflector<NamespaceRecord>> reflector;
    Server::State copy;
    Server::State followed;
};

} // namespace

class TestConvergence : public test::TestBase
{
    Q_OBJECT

private slots:

    void equalsTheServerWheneverItComesToRest()
    {
        for (unsigned seed = 1; seed <= 400; ++seed) {
            Bed bed(seed);
            bed.live(150);
            QVERIFY2(bed.settle(), ("no rest with seed " + std::to_string(seed)).c_str());
            const std::string expected =
                dump(bed.server.state()) + "with seed " + std::to_string(seed);
            COMPARE_TEXT(dump(bed.copy) + "with seed " + std::to_string(seed), expected);
            COMPARE_TEXT(dump(bed.followed) + "with seed " + std::to_string(seed), expected);
        }
    }
};

ISTHMUS_TEST_MAIN(TestConvergence)
#include "tst_convergence.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The real test bed as a test sees it: two clusters, c1 and c2, that a CTest fixture
// (tests/real/bed) has brought up, and the programs around them.
#pragma once

#include "tests/real/program.h"
#include "tests/support/test.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

class QProcess;

namespace isthmus::test {

/// What a test program answers CTest where there is no bed (SKIP_RETURN_CODE).
inline constexpr int skippedExitCode = 77;

class Bed
{
public:
    enum class Mode
    {
        Lite,
        Full
    };

    /// Why there is no bed for this process, in a sentence; nothing where there is one.
    [[nodiscard]] static std::optional<std::string> whyNot();
    /// The bed that $ISTHMUS_BED names. Only where whyNot() says nothing.
    [[nodiscard]] static Bed fromEnvironment();

    [[nodiscard]] Mode mode() const { return m_mode; }

    /// Both clusters, contexts "c1" and "c2".
    [[nodiscard]] std::string kubeconfig() const { return m_state + "/kubeconfig"; }

    [[nodiscard]] std::string kubeconfig(const std::string& cluster) const;

    /// Folder with base, istio-control/istio-discovery and gateway.
    [[nodiscard]] std::string charts() const { return m_cache + "/share/charts"; }

    [[nodiscard]] std::string addons() const { return m_cache + "/share/addons"; }

    [[nodiscard]] std::string helm() const { return m_cache + "/bin/helm"; }

    /// The bed's own manifests: the shop, its routing, exposure.
    [[nodiscard]] std::string manifests() const { return m_realmesh + "/demo"; }

    [[nodiscard]] std::string state() const { return m_state; }

    /// kubectl in the context of a cluster; `input` is what -f - reads.
    [[nodiscard]] Run kubectl(const std::string& cluster,
                              std::vector<std::string> arguments,
                              const std::string& input = {}) const;
    /// The hand-made mesh to compare with: "install", "shop", "measure", "multi-primary".
    [[nodiscard]] Run oracle(const std::vector<std::string>& arguments) const;
    /// Breaks and mends: {"api-freeze", "c1"}; the bed's own help lists them.
    [[nodiscard]] Run fault(const std::vector<std::string>& arguments) const;
    /// The load balancer address of a Service, asked once; empty where it has none yet.
    [[nodiscard]] std::string address(const std::string& cluster,
                                      const std::string& nameSpace,
                                      const std::string& service) const;

    /// KUBECONFIG, and PATH with the bed's helm in front.
    [[nodiscard]] std::map<std::string, std::string> environment() const;

private:
    Bed() = default;
    [[nodiscard]] Run script(const std::string& name,
                             const std::vector<std::string>& arguments) const;

    Mode m_mode = Mode::Lite;
    std::string m_state;
    std::string m_port;
    std::string m_realmesh;
    std::string m_cache;
};

/// isthmusctl of this build on a bed, with a state folder of its own.
class Isthmusctl
{
public:
    explicit Isthmusctl(const Bed& bed);

    /// Runs to the end, without a terminal.
    [[nodiscard]] Run run(const std::vector<std::string>& arguments,
                          const std::string& input = {},
                          std::chrono::seconds deadline = std::chrono::seconds(300)) const;
    /// Starts it, for tests that type, interrupt or kill.
    [[nodiscard]] std::unique_ptr<QProcess> start(const std::vector<std::string>& arguments) const;

    /// The program itself.
    [[nodiscard]] static std::string path();

    /// Where the journal is.
    [[nodiscard]] std::string state() const { return m_state.path("state"); }

    /// For mesh.yaml and the like.
    [[nodiscard]] const TemporaryFolder& folder() const { return m_state; }

private:
    [[nodiscard]] Program program(const std::vector<std::string>& arguments) const;

    TemporaryFolder m_state;
    std::map<std::string, std::string> m_environment;
};

/// main() of such a test: says plainly why it skips.
int runOnBed(QObject& test, int argc, char** argv);

} // namespace isthmus::test

#define ISTHMUS_REAL_TEST_MAIN(Class)                                                              \
    int main(int argc, char** argv)                                                                \
    {                                                                                              \
        Class test;                                                                                \
        return isthmus::test::runOnBed(test, argc, argv);                                          \
    }

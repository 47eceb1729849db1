// SPDX-License-Identifier: GPL-3.0-or-later
// The whole job on a full bed as a person does it: two contexts, `isthmusctl init`, the shop's
// lines of the file taken in, and then the commands.
#pragma once

#include "tests/real/bed.h"
#include "tests/real/requests.h"

#include <map>
#include <string>
#include <vector>

namespace isthmus::test {

/// Clusters "onprem" (the bed's c1, primary) and "gke" (c2, remote), the shop at
/// hipster-store.apps.example.com, split 50/50.
class Walkthrough
{
public:
    explicit Walkthrough(const Bed& bed);

    /// Writes kubeconfig, certificate and mesh.yaml; what init said. `withShop` takes in the lines
    /// that init leaves as comments.
    [[nodiscard]] Run init(bool withShop = true) const;
    /// A command with -f and --kubeconfig.
    [[nodiscard]] Run run(std::vector<std::string> arguments,
                          std::chrono::seconds deadline = std::chrono::seconds(300)) const;
    /// Starts one, for tests that kill it.
    [[nodiscard]] std::unique_ptr<QProcess> start(std::vector<std::string> arguments) const;

    /// Plain requests to the shop through onprem's ingress gateway, counted by c1 and c2.
    [[nodiscard]] Counts request(int count, const std::string& path = "/") const;
    [[nodiscard]] std::string ingressAddress() const;

    [[nodiscard]] std::string host() const { return "hipster-store.apps.example.com"; }

    /// PEM of the certificate that mesh.yaml names, for port 443.
    [[nodiscard]] std::string certificateFile() const { return m_tool.folder().path("shop.crt"); }

    [[nodiscard]] std::string path(const std::string& name) const
    {
        return m_tool.folder().path(name);
    }

    [[nodiscard]] std::string meshFile() const { return path("mesh.yaml"); }

    /// Ids of the journal's operations, newest first, by their state.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> operations() const;

private:
    [[nodiscard]] std::vector<std::string> withFiles(std::vector<std::string> arguments) const;

    const Bed& m_bed;
    Isthmusctl m_tool;
};

/// Requests of an --audit file that changed something, as design decision 15 counts them:
/// "POST /api/v1/namespaces".
[[nodiscard]] std::vector<std::string> writesIn(const std::string& auditFile);

/// resourceVersions of the objects that hold a field of Isthmus's: "v1/Service
/// istio-system/istiod".
[[nodiscard]] std::map<std::string, std::string> managedVersions(const Bed& bed,
                                                                 const std::string& cluster);

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Which kinds the cluster serves, read from it when first asked, and which are about to exist.
// Thread-safe; owned by the Client.
#pragma once

#include "core/api/sender.h"
#include "core/base/result.h"
#include "core/kube/resource.h"

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isthmus::api {

class Kinds
{
public:
    explicit Kinds(Sender& sender);

    /// Reads discovery: aggregated where the server can, else group by group, where a group that
    /// fails (an aggregated API without its server) keeps what was known of it. Errors: of the
    /// first two requests.
    [[nodiscard]] Result<kube::ResourceMap> discover(const std::stop_token& stop);
    void learn(const kube::ResourceMap& resources);

    struct Found
    {
        kube::Resource resource;
        bool learnt = false; ///< not known from discovery: its definition may be younger than it
    };

    /// Discovers where that has not been done, or again where the kind is unknown and the last
    /// reading is not brand-new. Errors: NotFound, or why discovery failed.
    [[nodiscard]] Result<Found>
    find(const std::string& apiVersion, const std::string& kind, const std::stop_token& stop);

private:
    [[nodiscard]] std::optional<Found> known(const std::string& apiVersion,
                                             const std::string& kind);
    void readLegacy(std::vector<std::string> groupVersions,
                    kube::ResourceMap& into,
                    const std::stop_token& stop);

    Sender& m_sender;
    std::mutex m_discovering; ///< one discovery at a time; never taken while holding m_mutex
    std::mutex m_mutex; ///< guards what follows
    kube::ResourceMap m_discovered;
    kube::ResourceMap m_learnt;
    std::optional<SteadyTime> m_discoveredAt;
};

} // namespace isthmus::api

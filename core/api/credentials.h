// SPDX-License-Identifier: GPL-3.0-or-later
// The headers that say who we are, made anew for each request, so that a renewed token reaches all
// that is sent after it. Client certificates are part of the Endpoint. Thread-safe; owned by the
// Sender.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/http/message.h"
#include "core/kubeconfig/connection.h"

#include <mutex>
#include <optional>

namespace isthmus::api {

class Credentials
{
public:
    Credentials(const kubeconfig::Connection& connection, const Clock& clock);

    struct Proof
    {
        http::Headers headers;
        int generation = 0; ///< which token it was, for renew()
    };

    /// Reads the token file where the last reading is older than a minute; a reading that fails
    /// keeps the last token. Errors: Unauthorized (no token could be read yet), Refused (only an
    /// exec plugin could provide one). May touch the disk.
    [[nodiscard]] Result<Proof> proof();

    /// After a 401 to that generation: whether there is another credential by now. May touch the
    /// disk.
    [[nodiscard]] bool renew(int generation);
    /// The same promise without touching the disk: the next proof() looks for another credential.
    void expire(int generation);

private:
    void readTokenFile();

    kubeconfig::Connection m_connection;
    const Clock& m_clock;
    std::mutex m_mutex; ///< guards what follows
    Secret m_token;
    std::optional<Error> m_unreadable;
    std::optional<SteadyTime> m_readAt;
    int m_generation = 0;
};

} // namespace isthmus::api

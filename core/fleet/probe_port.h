// SPDX-License-Identifier: GPL-3.0-or-later
// Trial connections: a reader token as istiod will use it, a visit to the ingress as a browser
// makes it.
#pragma once

#include "core/http/transport.h"
#include "core/operations/ports.h"

namespace isthmus::fleet {

/// Thread-safe.
class HttpProbePort final : public operations::ProbePort
{
public:
    explicit HttpProbePort(http::Transport& transport)
        : m_transport(transport)
    { }

    [[nodiscard]] Result<void> tryToken(const operations::TokenTrial& trial,
                                        std::stop_token stop) override;
    [[nodiscard]] Result<operations::VisitAnswer> visit(const operations::Visit& visit,
                                                        std::stop_token stop) override;

private:
    http::Transport& m_transport;
};

} // namespace isthmus::fleet

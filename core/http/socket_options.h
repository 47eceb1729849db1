// SPDX-License-Identifier: GPL-3.0-or-later
// How the net thread's sockets notice a dead path. Net thread.
#pragma once

namespace isthmus::http {

/// A socket as libcurl's open-socket callback must return it: closed on exec, Nagle off, keep-alive
/// probes after 15 s each 5 s, given up after 3; data unacknowledged for 20 s breaks the
/// connection. Without these Linux keeps a vanished server's connection for many minutes. Takes
/// what socket(2) takes; -1 with errno where there is none. Options that the system refuses are
/// left out: they are a safety net.
[[nodiscard]] int openSocket(int family, int type, int protocol);

/// Leaves signals to the other threads. SIGPIPE above all: OpenSSL writes to sockets without
/// MSG_NOSIGNAL, and a server that vanished must be an error, not the end of the process.
void blockSignals();

} // namespace isthmus::http

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <csignal>

namespace isthmus::http {

namespace {

void set(int socket, int level, int option, int value)
{
    [[maybe_unused]] const int failed = ::setsockopt(socket, level, option, &value, sizeof(value));
}

} // namespace

int openSocket(int family, int type, int protocol)
{
    const int socket = ::socket(family, type | SOCK_CLOEXEC, protocol);
    if (socket < 0 || (family != AF_INET && family != AF_INET6)) {
        return socket;
    }
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 20'000);
    return socket;
}

void blockSignals()
{
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace isthmus::http

"""Listening sockets that are opened before anything else, and TLS on what they accept."""

import errno
import socket
from typing import Any

from daphne.server import reactor  # that module installs it
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from chatsite.server.tls.problem import TLSProblem

EVERYWHERE = (("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6))  # noqa: S104 - that is its purpose


def open_sockets(host: str, port: int, *, backlog: int) -> list[socket.socket]:
    """Listen on a port of one host, or with "" on all addresses of this machine.

    IPv4 and IPv6 have a socket each: so an IPv4 address stays one. Raises TLSProblem.
    """
    if not host:
        opened = [_open(where, port, family, backlog) for where, family in EVERYWHERE]
        return [one for one in opened if one is not None]
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _problem(error, host, port) from error
    family, *_, address = found[0]
    only = _open(str(address[0]), port, family, backlog)
    if only is None:
        raise TLSProblem("no_address", f"This machine has no address {host}: see --host.")
    return [only]


def _open(host: str, port: int, family: int, backlog: int) -> socket.socket | None:
    """Return None if this machine has no such address, as many have none of IPv6."""
    try:
        opened = socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        if error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
            return None
        raise _problem(error, host, port) from error
    opened.setblocking(False)
    return opened


def _problem(error: OSError, host: str, port: int) -> TLSProblem:
    if error.errno == errno.EACCES:
        return TLSProblem(
            "port_forbidden",
            f"Only root may open port {port}. Give the server that one right (systemd: "
            "AmbientCapabilities=CAP_NET_BIND_SERVICE), or other ports by --port and --http-port, "
            "to which the router leads 443 and 80.",
        )
    if error.errno == errno.EADDRINUSE:
        return TLSProblem(
            "port_taken",
            f"Something else already listens on port {port}: stop it, or choose another port by "
            "--port or --http-port.",
        )
    return TLSProblem("not_listening", f"Cannot listen on {host}, port {port}: {error.strerror}.")


def adopt(opened: list[socket.socket], factory: Any) -> list[Any]:
    """Have Twisted accept what comes in. Returns its ports; the sockets are theirs."""
    ports = []
    for one in opened:
        ports.append(reactor.adoptStreamPort(one.fileno(), one.family, factory))
        one.close()
    return ports


# Whose methods have no types. Its heir, Twisted's own choice, gathers what is written in a turn of the
# event loop: the hub and the channel have done so already, and each frame would cost a fifth more.
_Transport: Any = TLSMemoryBIOProtocol


class _TLSTransport(_Transport):  # type: ignore[misc]
    """TLS that ends as a plain connection does: with what was written, and no word from the client.

    Twisted waits for the client to say goodbye too, which one that is gone never does, and a stopping
    server would wait with it. RFC 8446 (section 6.1) asks nobody to wait.
    """

    def _shutdownTLS(self) -> None:
        super()._shutdownTLS()
        self.transport.loseConnection()

    def abortConnection(self) -> None:
        # Twisted raises here if the connection is gone already; on a plain connection it does nothing.
        if self.connected:
            super().abortConnection()


class TLSFactory(TLSMemoryBIOFactory):
    """TLS around the protocols of another factory. `keeper` has the certificate."""

    protocol = _TLSTransport

    def __init__(self, keeper: Any, factory: Any) -> None:
        super().__init__(keeper, False, factory)

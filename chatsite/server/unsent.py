"""How much a client has not received yet."""

import array
import fcntl
import termios
from typing import Any

from twisted.internet import tcp


def carrier(transport: Any) -> tcp.Connection | None:
    """Return the connection under a transport: the transport itself, or the one that TLS wraps."""
    if not isinstance(transport, tcp.Connection):
        transport = getattr(transport, "transport", None)
    return transport if isinstance(transport, tcp.Connection) else None


def held(connection: tcp.Connection) -> int:
    """Return how many bytes were written and not taken by the kernel yet."""
    return len(connection.dataBuffer) - connection.offset + connection._tempDataLen


def unsent(transport: Any) -> int:
    """Return how many bytes the client has not received yet, with those in the kernel's buffer."""
    connection = carrier(transport)
    if connection is None or not connection.connected:
        return 0
    kernels = array.array("i", [0])
    fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, kernels)
    return held(connection) + kernels[0]

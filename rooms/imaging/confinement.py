"""What a process gives up before it looks at a file that somebody sent.

Its limits hold everywhere but on Windows, where its parent's clock is all there is. On Linux it can
afterwards open nothing, connect to nothing and signal nobody, whatever a decoder is made to do.
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from rooms.imaging.limits import Limits

if sys.platform != "win32":
    import resource

_NICENESS = 10

# Landlock, the kernel's own sandbox for processes without privileges. The numbers of its system calls are
# the same on all architectures; the C library has no names for them.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_NO_NEW_PRIVILEGES = 38
_ASK_VERSION = 1
# Accesses to files that each version of it can forbid, as a number of bits: the last is for all later ones.
_FILE_BITS = (13, 14, 15, 15, 16)
_NETWORK, _NETWORK_SINCE = 0b11, 4  # TCP: bind and connect
_SCOPED, _SCOPED_SINCE = 0b11, 6  # abstract sockets and signals of others


def confine(limits: Limits) -> None:
    """Bound what this process may use. It goes last wherever somebody waits for the processor."""
    if sys.platform == "win32":
        return
    os.nice(_NICENESS)
    # It ends by itself even if its parent was killed.
    signal.alarm(limits.seconds)
    _bound(resource.RLIMIT_CPU, limits.processor)
    _bound(resource.RLIMIT_AS, limits.memory)
    _bound(resource.RLIMIT_FSIZE, limits.written)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_NPROC, 0)
    # Where memory runs out on the machine, this process goes and no other.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def seal() -> None:
    """Open nothing any more: neither a file nor a socket. What is open can be used."""
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        _landlock()
    _bound(resource.RLIMIT_NOFILE, 0)


def _bound(what: int, most: int) -> None:
    """Set a limit that cannot be raised again, where the system knows it."""
    with suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))


def _landlock() -> None:
    """Forbid all that Landlock can; nothing on kernels without it (before 5.13, or where it is off)."""
    library = ctypes.CDLL(None)
    version = library.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return
    files = (1 << _FILE_BITS[min(version, len(_FILE_BITS)) - 1]) - 1
    network = _NETWORK if version >= _NETWORK_SINCE else 0
    scoped = _SCOPED if version >= _SCOPED_SINCE else 0
    # A set of what is forbidden, to which no exception is added.
    rules = (ctypes.c_uint64 * 3)(files, network, scoped)
    handle = library.syscall(
        _CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0
    )
    if handle < 0:
        return
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    library.syscall(_RESTRICT_SELF, handle, 0)
    os.close(handle)

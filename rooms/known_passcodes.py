"""Passcodes of rooms that were found right on this worker, so that each is hashed once.

A hash takes as long as thirty newcomers. Of what was right a keyed digest is kept, in memory alone, under a
key of this process: a wrong passcode costs its hash as ever, and a changed one is kept under another hash.
"""

import hmac
import secrets
from collections import OrderedDict
from threading import Lock

# Passcodes that are remembered: those that were typed last.
MOST = 2000

_key = secrets.token_bytes(32)
_lock = Lock()
_digests: OrderedDict[str, bytes] = OrderedDict()


def knows(kept: str, passcode: str) -> bool:
    """Return True if this passcode, as it was typed, was right for what a room keeps of its own."""
    with _lock:
        digest = _digests.get(kept)
        if digest is not None:
            _digests.move_to_end(kept)
    return digest is not None and hmac.compare_digest(digest, _digest(kept, passcode))


def learn(kept: str, passcode: str) -> None:
    """Remember a passcode that was right."""
    with _lock:
        _digests[kept] = _digest(kept, passcode)
        _digests.move_to_end(kept)
        if len(_digests) > MOST:
            _digests.popitem(last=False)


def _digest(kept: str, passcode: str) -> bytes:
    return hmac.digest(_key, f"{kept}\0{passcode}".encode(), "sha256")

"""The keys of bots: made, told apart from other text, and kept as a hash.

    chatbot_0000000000000000000000000000000000000000-00000000

The prefix and the checksum are for scanners of source code, which find a key by its shape and can tell
one that was made here from text that looks like it, without asking anybody. What guards the key is its
160 random bits.
"""

import re
import secrets
import zlib
from hashlib import sha256

PREFIX = "chatbot_"
_RANDOM = 20  # bytes
_SHAPE = re.compile(r"chatbot_([0-9a-f]{40})-([0-9a-f]{8})", re.ASCII)
# What stands for the key where people have the key of a session: nothing that one of those can be.
_PROOF = "bot:"


def make() -> str:
    """Return a new key."""
    body = secrets.token_hex(_RANDOM)
    return f"{PREFIX}{body}-{_checksum(body)}"


def digest(key: str) -> str:
    """Return what is kept of a key; "" for what cannot be one."""
    found = _SHAPE.fullmatch(key)
    if found is None or found[2] != _checksum(found[1]):
        return ""
    return sha256(key.encode()).hexdigest()


def proof(key: str) -> str:
    """Return what a socket or request that came with a key is known by; "" for what cannot be a key."""
    found = digest(key)
    return _PROOF + found if found else ""


def digest_of(proof: str) -> str:
    """Return the digest of the key that a proof is of; "" if it is of a session."""
    return proof.removeprefix(_PROOF) if proof.startswith(_PROOF) else ""


def bearer(header: str) -> str | None:
    """Return the key in an `Authorization` header; None for another kind of header.

    A proxy that asks for a password has each of its visitors' browsers send one of its kind, Basic.
    """
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"

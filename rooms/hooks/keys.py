"""The secrets of hooks: the token in the address of one in, and what requests of one out are signed with."""

import base64
import secrets
import string
from hashlib import sha256

# For scanners of source code, which find a token by its shape.
PREFIX = "chathook"
# With the prefix 32 letters and digits, as senders for Mattermost want a token; 142 random bits.
_RANDOM = 24
_CHARACTERS = string.ascii_letters + string.digits
# Standard Webhooks: a secret has from 24 to 64 bytes.
_SECRET = 32
_SIGNS = "whsec_"


def new_token() -> str:
    """Return a new token of an incoming hook."""
    return PREFIX + "".join(secrets.choice(_CHARACTERS) for _ in range(_RANDOM))


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def new_secret() -> str:
    """Return a new secret of an outgoing hook, as Standard Webhooks writes it."""
    return _SIGNS + base64.b64encode(secrets.token_bytes(_SECRET)).decode()


def signing_key(secret: str) -> bytes:
    """Return the bytes that a secret stands for."""
    return base64.b64decode(secret.removeprefix(_SIGNS))

"""Requests to a hook's receiver, signed as Standard Webhooks say (https://www.standardwebhooks.com)."""

import base64
import hmac
from hashlib import sha256

from rooms.hooks import keys


def headers(*secrets: str, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a request, signed with each of the secrets. `timestamp`, in seconds since
    1970, is that of this try.

    A receiver knows a change that it was sent before by its `identity`.
    """
    signed = b"%b.%d.%b" % (identity.encode(), timestamp, body)
    signatures = (hmac.digest(keys.signing_key(secret), signed, sha256) for secret in secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(s).decode()}" for s in signatures),
    }

"""A device with a passkey, as a browser has it sign (WebAuthn level 3), for tests without a browser."""

import json
import secrets
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """`origin` is where its browser is: what it signs says so, whatever the page wants."""

    def __init__(self, origin: str = "http://testserver") -> None:
        self.origin = origin
        self.count = 0
        self._id = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any]) -> str:
        """Return the JSON of a new passkey."""
        point = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._data(options["rp"]["id"], _HAS_KEY)
        data += bytes(16) + len(self._id).to_bytes(2, "big") + self._id + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._json(
            clientDataJSON=self._client("webauthn.create", options),
            attestationObject=attestation,
            transports=["internal", "hybrid", "telepathy"],
        )

    def sign(self, options: dict[str, Any]) -> str:
        """Return the JSON of what is signed."""
        self.count += 1
        data, client = self._data(options["rpId"]), self._client("webauthn.get", options)
        signature = self._key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._json(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, host: str, flags: int = 0) -> bytes:
        flags |= _PRESENT | _VERIFIED
        return sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _json(self, **response: Any) -> str:
        key = bytes_to_base64url(self._id)
        packed = {
            name: bytes_to_base64url(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": packed})

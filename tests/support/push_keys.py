"""The keys of a browser that has subscribed to web push."""

from base64 import urlsafe_b64encode
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class BrowserKeys:
    """A key and a secret (RFC 8291), with which a browser decrypts what it is sent."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = token_bytes(16)

    def subscription(self, endpoint: str) -> dict[str, str]:
        """Return the fields that a page sends."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"endpoint": endpoint, "p256dh": base64(point), "auth": base64(self.secret)}

"""A private key and its certificate, as one text in PEM: so the two can never be of different pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from OpenSSL import SSL
from twisted.internet.ssl import CertificateOptions, TLSVersion


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key of P-256, which every browser knows and which makes for quick handshakes."""
    return ec.generate_private_key(ec.SECP256R1())


def key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Certificate:
    """What a server proves itself with. Times are seconds since 1970."""

    text: str

    @classmethod
    def read(cls, text: str) -> "Certificate":
        """Raise ValueError if the text is not a private key, its certificate and the chain of that."""
        certificate = cls(text)
        try:
            pair = (certificate._key.public_key(), certificate._leaf.public_key())
        except (TypeError, UnsupportedAlgorithm) as error:  # it has a password, or is of a new kind
            raise ValueError(str(error)) from error
        one, other = (
            key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in pair
        )
        if one != other:
            raise ValueError("the key is of another certificate")
        return certificate

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = load_pem_private_key(self.text.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("the key is not one of P-256")
        return key

    @cached_property
    def _chain(self) -> Sequence[x509.Certificate]:
        return x509.load_pem_x509_certificates(self.text.encode())

    @property
    def _leaf(self) -> x509.Certificate:
        return self._chain[0]

    @cached_property
    def names(self) -> frozenset[str]:
        """The hosts that it is for, names and addresses."""
        try:
            found = self._leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return frozenset()
        addresses = map(str, found.get_values_for_type(x509.IPAddress))
        return frozenset([*found.get_values_for_type(x509.DNSName), *addresses])

    @property
    def begins(self) -> float:
        return self._leaf.not_valid_before_utc.timestamp()

    @property
    def ends(self) -> float:
        return self._leaf.not_valid_after_utc.timestamp()

    @property
    def lifetime(self) -> float:
        return self.ends - self.begins

    @property
    def renewal(self) -> float:
        """When a third of its life is left."""
        return self.ends - self.lifetime / 3

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, as browsers show it."""
        return self._leaf.fingerprint(hashes.SHA256()).hex(":").upper()

    def context(self) -> SSL.Context:
        """Return what connections are made with: TLS 1.2 or newer, HTTP/1.1."""
        # Twisted hands them on to pyOpenSSL, whose own kinds are deprecated.
        leaf, *others = self._chain
        pair: dict[str, Any] = {
            "privateKey": self._key,
            "certificate": leaf,
            "extraCertChain": others,
        }
        options = CertificateOptions(
            **pair, raiseMinimumTo=TLSVersion.TLSv1_2, acceptableProtocols=[b"http/1.1"]
        )
        return options.getContext()

"""Passkeys: what a browser is asked to sign, and whether it has (WebAuthn, checked by py_webauthn).

A passkey belongs to a host name. The browser sees to that: it signs for no other site, so whoever is
lured to one has nothing to give away.

py_webauthn is imported when it is needed: it takes a tenth of a second, and most workers never do.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from rooms.errors import WrongFactor
from rooms.models import Passkey, User
from rooms.refusals.factors import WrongPasskey

# Milliseconds for which a browser waits for its person.
_TIMEOUT = 120_000
# Characters of what a browser sends: the key of a device is a few hundred.
_LONGEST = 12_000
_ID = re.compile(r"[\w-]{1,1364}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a browser has this site: the host, and the origin that it puts into what it signs."""

    host: str
    origin: str


def to_make(user: User, keys: Iterable[Passkey], place: Place) -> tuple[dict[str, Any], bytes]:
    """Return what to ask a browser for that is to make a passkey, and the challenge in it.

    Devices of `keys` make no second one.
    """
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=place.host,
        rp_name=place.host,
        user_id=user.public_id.encode(),
        user_name=user.get_username(),
        user_display_name=str(user),
        timeout=_TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(keys),
    )
    return _plain(options), options.challenge


def to_prove(keys: Iterable[Passkey], place: Place) -> tuple[dict[str, Any], bytes]:
    """Return what to ask a browser for that is to sign with one of these keys, and the challenge in it."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=place.host,
        timeout=_TIMEOUT,
        allow_credentials=_descriptors(keys),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _plain(options), options.challenge


def made(sent: str, *, challenge: bytes, place: Place) -> dict[str, Any]:
    """Return the columns of a passkey that a browser has made. Raises WrongPasskey."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    with _refusing():
        credential = _parsed(sent)
        key = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
        ways = credential["response"].get("transports", [])
        return {
            "credential_id": bytes_to_base64url(key.credential_id),
            "public_key": key.credential_public_key,
            "sign_count": key.sign_count,
            "transports": " ".join(sorted(set(map(str, ways)) & _transports())),
            "host": place.host,
        }


def credential_id(sent: str) -> str:
    """Return the id of the key that a browser says it has signed with. Raises WrongPasskey."""
    with _refusing():
        found = _parsed(sent)["id"]
    # The database is asked for nothing that it cannot hold: PostgreSQL refuses a NUL.
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise WrongPasskey
    return found


def proven(sent: str, *, key: Passkey, challenge: bytes, place: Place) -> int:
    """Return how often the device says it has signed, now. Raises WrongPasskey if it has not."""
    from webauthn import verify_authentication_response

    with _refusing():
        proof = verify_authentication_response(
            credential=_parsed(sent),
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )
        return proof.new_sign_count


def _parsed(sent: str) -> dict[str, Any]:
    if len(sent) > _LONGEST:
        raise WrongPasskey
    credential = orjson.loads(sent)
    if not isinstance(credential, dict) or not isinstance(credential.get("response"), dict):
        raise WrongPasskey
    return credential


@contextmanager
def _refusing() -> Iterator[None]:
    """Make one refusal of whatever is wrong with what a browser has sent."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except WrongFactor:
        raise
    # What is no base64, CBOR or key at all comes as errors of the libraries below.
    except (WebAuthnException, ValueError, TypeError, LookupError, EOFError) as error:
        raise WrongPasskey from error


def _plain(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json

    plain: dict[str, Any] = orjson.loads(options_to_json(options))
    return plain


def _descriptors(keys: Iterable[Passkey]) -> list[Any]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.credential_id),
            transports=[AuthenticatorTransport(way) for way in key.transports.split()] or None,
        )
        for key in keys
    ]


def _transports() -> set[str]:
    from webauthn.helpers.structs import AuthenticatorTransport

    return {way.value for way in AuthenticatorTransport}

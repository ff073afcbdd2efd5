"""ID tokens, and what is in them.

mozilla-django-oidc asks for one algorithm, a key id and the nonce; neither for whom a token was made nor
by whom. Here all of what OpenID Connect Core 3.1.3.7 asks is asked.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from rooms.errors import SignInExpired, SignInUntrusted
from rooms.openid.provider import Provider

logger = logging.getLogger(__name__)

# By the provider's own key. With HS256, or "none", whoever knows the client's secret, or nobody's, would do.
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
# Seconds by which clocks may differ.
LEEWAY = 60
# Characters of a subject, says OpenID Connect; and of groups that are looked at.
SUBJECT_MAX = 255


def verified(token: str, *, nonce: str, provider: Provider) -> Mapping[str, Any]:
    """Return the claims of an ID token for the sign-in with this nonce.

    Raises SignInUntrusted, SignInExpired, or ProviderAway if its keys cannot be had.
    """
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError(f"signed with {algorithm!r}")
        claims = _signed(token, algorithm, _fitting(provider.keys(but=kid), algorithm, kid))
    except jwt.ExpiredSignatureError as error:
        raise SignInExpired from error
    except jwt.PyJWTError as error:
        raise _untrusted(error) from error
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise _untrusted("another nonce")
    audience = claims["aud"]
    party = claims.get("azp", settings.CHAT_OIDC_CLIENT_ID)
    if party != settings.CHAT_OIDC_CLIENT_ID or (
        isinstance(audience, list) and len(audience) > 1 and "azp" not in claims
    ):
        raise _untrusted(f"made for {party!r}, {audience!r}")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= SUBJECT_MAX:
        raise _untrusted("no subject")
    return claims


def _signed(token: str, algorithm: str, keys: Sequence[jwt.PyJWK]) -> Mapping[str, Any]:
    """Return the claims, if one of these keys has signed them for this site."""
    for key in keys:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=settings.CHAT_OIDC_CLIENT_ID,
                issuer=settings.CHAT_OIDC_ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.InvalidSignatureError:
            continue
    raise jwt.InvalidSignatureError("signed with no key of the provider's")


def _fitting(keys: Sequence[Mapping[str, Any]], algorithm: str, kid: object) -> list[jwt.PyJWK]:
    """Return the keys that may have signed: with the token's id, if it has one, and of its kind."""
    return [
        jwt.PyJWK(dict(key), algorithm)
        for key in keys
        if key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]


def groups(claims: Mapping[str, Any]) -> list[str] | None:
    """Return the groups in claims; None if nothing is said of groups.

    CHAT_OIDC_GROUPS_CLAIM is a claim's name, or a path to it: realm_access.roles.
    """
    name = settings.CHAT_OIDC_GROUPS_CLAIM
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return [found]
    return [str(group) for group in found] if isinstance(found, list) else None


def _untrusted(why: object) -> SignInUntrusted:
    logger.warning("an ID token is not believed: %s", why)
    return SignInUntrusted()

"""The provider: what it says of itself, its keys, and the requests that a sign-in takes.

What it says of itself is read when it is first needed and kept for an hour: no start of a worker waits
for it. The operator has named it, so its addresses may be inside, whatever CHAT_OUTBOUND allows others.
"""

import asyncio
import logging
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import orjson
from django.conf import settings

from rooms import openid, places
from rooms.errors import ProviderAway, SignInRefused
from rooms.outbound.client import Answer, OutboundClient
from rooms.outbound.outcomes import OutboundError

logger = logging.getLogger(__name__)

# Seconds for which what the provider says of itself, and its keys, are believed.
KEPT = 3600
# Seconds after which somebody may try again.
_LATER = 5
_FORM = "application/x-www-form-urlencoded"
# Of the answers to a code that say that the code is no good, and not that the site's own settings are not.
_CODE_REFUSED = {"invalid_grant", "access_denied"}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider is asked for what; "" for what it does not offer."""

    authorization: str
    parameters: Mapping[str, str]  # of the authorization endpoint's own query
    token: str
    takes_basic: bool  # the client's secret in a header, as all should, or else in the form
    keys: str
    userinfo: str
    end_session: str
    names_itself: bool  # in each answer that comes by the browser (RFC 9207)


class Provider:
    """The provider of this site. Any thread may ask it; each request gives its page's place away."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}
        self._turns = threading.BoundedSemaphore(openid.AT_ONCE)

    def endpoints(self) -> Endpoints:
        """Raises ProviderAway."""
        issuer = settings.CHAT_OIDC_ISSUER
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        found: Endpoints = self._of_late(place, lambda: _endpoints(issuer, self._read(place)))
        return found

    def keys(self, *, but: str | None = None) -> list[dict[str, Any]]:
        """Return the provider's keys as JWKs, asked for again if none has the id `but`.

        Raises ProviderAway.
        """
        place = self.endpoints().keys
        keys: list[dict[str, Any]] = self._of_late(place, lambda: _keys(self._read(place)))
        if but is not None and all(key.get("kid") != but for key in keys):
            # It signs with a new one. The token came from the provider itself, so nobody else can have
            # its keys asked for over and over.
            self._kept.pop(place, None)
            return self.keys()
        return keys

    def exchange(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the tokens for a code. Raises SignInRefused, or ProviderAway."""
        endpoints = self.endpoints()
        fields, headers = dict(form), {"Content-Type": _FORM, "Accept": "application/json"}
        if endpoints.takes_basic:
            pair = quote_plus(fields.pop("client_id")), quote_plus(fields.pop("client_secret"))
            headers["Authorization"] = "Basic " + b64encode(":".join(pair).encode()).decode()
        answer = self._ask("POST", endpoints.token, headers, urlencode(fields).encode())
        said = _object(answer)
        if answer.status in {400, 401} and said.get("error") in _CODE_REFUSED:
            logger.warning("the provider refuses a code: %s", said.get("error"))
            raise SignInRefused
        return _good(answer, said)

    def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """Return what the provider tells of the person besides. Raises ProviderAway."""
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        answer = self._ask("GET", self.endpoints().userinfo, headers)
        return _good(answer, _object(answer))

    def end_of_session(self) -> str:
        """Return where somebody signs out there; "" if there is no such place, or it is not known now."""
        try:
            return self.endpoints().end_session
        except ProviderAway:
            return ""

    def forget(self) -> None:
        """Ask anew for all that is kept."""
        self._kept.clear()

    def _of_late(self, place: str, read: Callable[[], Any]) -> Any:
        at, found = self._kept.get(place, (0.0, None))
        if found is None or self._clock() - at > KEPT:
            found = read()
            self._kept[place] = self._clock(), found
        return found

    def _read(self, url: str) -> Mapping[str, Any]:
        answer = self._ask("GET", url, {"Accept": "application/json"})
        return _good(answer, _object(answer))

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        if not self._turns.acquire(blocking=False):
            raise ProviderAway(retry_after=_LATER)
        try:
            with places.given_up():
                return asyncio.run(_send(method, url, headers, body))
        except OutboundError as error:
            raise _away(f"{method} {_plain(url)}: {error}") from error
        finally:
            self._turns.release()


async def _send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    # One for each request: it belongs to an event loop, and somebody signs in every few hours.
    client = OutboundClient(purpose="openid", schemes=_schemes(), is_trusted=True)
    try:
        return await client.request(method, url, headers=headers, body=body)
    finally:
        await client.close()


def _schemes() -> tuple[str, ...]:
    """Return the issuer's own scheme: plain http only where settings allow it, on this machine."""
    return (urlsplit(settings.CHAT_OIDC_ISSUER).scheme,)


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        said = None
    return said if isinstance(said, dict) else {}


def _good(answer: Answer, said: Mapping[str, Any]) -> Mapping[str, Any]:
    if answer.status == 200 and said:
        return said
    error = said.get("error", "no JSON object")
    raise _away(f"{_plain(str(answer.url))}: {answer.status}, {error}")


def _endpoints(issuer: str, said: Mapping[str, Any]) -> Endpoints:
    """Raises ProviderAway for a document that is another issuer's, or lacks what a sign-in takes."""
    if said.get("issuer") != issuer:
        raise _away(f"it calls itself {said.get('issuer')!r}, and CHAT_OIDC_ISSUER is {issuer!r}")
    found = {}
    for name, is_needed in {
        "authorization_endpoint": True,
        "token_endpoint": True,
        "jwks_uri": True,
        "userinfo_endpoint": False,
        "end_session_endpoint": False,
    }.items():
        url = said.get(name) or ""
        if not isinstance(url, str) or (url and urlsplit(url).scheme not in _schemes()):
            raise _away(f"its {name} is {url!r}")
        if is_needed and not url:
            raise _away(f"it has no {name}")
        found[name] = url
    authorization, _, query = found["authorization_endpoint"].partition("?")
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Endpoints(
        authorization=authorization,
        parameters=dict(parse_qsl(query)),
        token=found["token_endpoint"],
        takes_basic="client_secret_basic" in methods,
        keys=found["jwks_uri"],
        userinfo=found["userinfo_endpoint"],
        end_session=found["end_session_endpoint"],
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _keys(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = said.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise _away("its keys are no JWKS")
    return keys


def _away(why: str) -> ProviderAway:
    """Tell the log why, which visitors are not told."""
    logger.error("no sign-in by the provider: %s", why)
    return ProviderAway(retry_after=_LATER)


def _plain(url: str) -> str:
    return url.partition("?")[0]


provider = Provider()

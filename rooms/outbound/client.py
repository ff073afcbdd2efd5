"""The client that goes out. The function that makes a socket judges its address.

`addresses` judges what a URL says; a name may lead anywhere. So the decision falls when a socket is about
to be made, on the very address that it is to be connected to: whatever a name led to a moment ago, and
however a redirect got there.
"""

import asyncio
import socket
import ssl
import time
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from django.conf import settings
from yarl import URL

from rooms.outbound import addresses
from rooms.outbound.addresses import BadAddress
from rooms.outbound.outcomes import OutboundError, Outcome, requests
from rooms.outbound.resolver import ThreadResolver

# Seconds until a socket is connected, TLS included, and until all of an answer is there.
CONNECT, TOTAL = 5.0, 10.0
# Redirects that are followed at the most.
REDIRECTS = 3
# Bytes that are read of an answer, and that come out of them.
BODY_MAX = 256 * 1024
_REDIRECTED = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: URL


class OutboundClient:
    """Sends requests for one purpose, on one event loop.

    `per_host` requests are under way to a host at once, and others wait. `schemes` and `ports` are those
    of URLs that are followed; only https by default. `is_trusted`: the operator's own setting names whom
    it asks, so any address will do, and CHAT_OUTBOUND is not about it.
    """

    def __init__(
        self,
        *,
        purpose: str,
        schemes: tuple[str, ...] = ("https",),
        ports: tuple[int, ...] = addresses.PORTS,
        per_host: int = 1,
        connect: float = CONNECT,
        total: float = TOTAL,
        body_max: int = BODY_MAX,
        resolver: AbstractResolver | None = None,
        is_trusted: bool = False,
    ) -> None:
        self._purpose = purpose
        self._schemes, self._ports = schemes, ports
        self._per_host = per_host
        self._connect, self._total = connect, total
        self._body_max = body_max
        self._resolver = resolver
        self._is_trusted = is_trusted
        self._session: aiohttp.ClientSession | None = None
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._using: Counter[str] = Counter()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        redirects: int = 0,
    ) -> Answer:
        """Send a request. Raises OutboundError.

        Redirects are for requests without a body, and never lead from https to http.
        """
        outcome = Outcome.BROKEN
        try:
            answer = await self._follow(method, url, headers or {}, body, min(redirects, REDIRECTS))
            outcome = Outcome.ANSWERED
            return answer
        except OutboundError as error:
            outcome = error.outcome
            raise
        finally:
            requests.labels(self._purpose, outcome).inc()

    def has_room(self, host: str) -> bool:
        """Return True if a request to a host would not wait for others."""
        return self._using[host] < self._per_host

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        if isinstance(self._resolver, ThreadResolver):
            await self._resolver.close()

    async def _follow(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, redirects: int
    ) -> Answer:
        if not settings.CHAT_OUTBOUND and not self._is_trusted:
            raise OutboundError(Outcome.OFF)
        target = self._parsed(url)
        while True:
            answer = await self._in_turn(method, target, headers, body)
            if (
                answer.status not in _REDIRECTED
                or "Location" not in answer.headers
                or not redirects
            ):
                return answer
            redirects -= 1
            target = self._led_to(target, answer.headers["Location"])

    def _parsed(self, url: str) -> URL:
        ports = () if settings.CHAT_OUTBOUND_ALLOW or self._is_trusted else self._ports
        try:
            return addresses.parse(url, schemes=self._schemes, ports=ports)
        except BadAddress as error:
            raise OutboundError(Outcome.REFUSED, error) from None

    def _led_to(self, before: URL, location: str) -> URL:
        try:
            found = self._parsed(str(before.join(URL(location))))
        except ValueError:
            raise OutboundError(Outcome.REFUSED, "a redirect to no URL") from None
        if before.scheme == "https" and found.scheme != "https":
            raise OutboundError(Outcome.REFUSED, "a redirect away from https")
        return found

    async def _in_turn(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        host = url.raw_host or ""
        turn = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        self._using[host] += 1
        try:
            async with turn:
                return await self._fetch(method, url, headers, body)
        finally:
            self._using[host] -= 1
            if not self._using[host]:
                del self._using[host], self._hosts[host]

    async def _fetch(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        begun = time.monotonic()
        session = self._opened()
        proxy = settings.CHAT_OUTBOUND_PROXY or None
        if proxy and not self._may_be_asked_of_a_proxy(url):
            raise OutboundError(Outcome.UNREACHABLE)
        try:
            async with session.request(
                method, url, headers=headers, data=body, proxy=proxy, allow_redirects=False
            ) as response:
                return Answer(
                    response.status, response.headers, await self._read(response), response.url
                )
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
            raise OutboundError(Outcome.UNTRUSTED, error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # As long as a machine takes that does not answer: whether there is one, a closed port, or an
            # address that is not for us, cannot be told from outside.
            if not self._is_trusted:
                await asyncio.sleep(max(0.0, begun + self._connect - time.monotonic()))
            raise OutboundError(Outcome.UNREACHABLE) from error
        except TimeoutError as error:
            raise OutboundError(Outcome.SLOW) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise OutboundError(Outcome.BROKEN, error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Return the body, decompressed. Raises OutboundError if there is too much of it."""
        parts, size = [], 0
        async for part in response.content.iter_any():
            size += len(part)
            if size > self._body_max:
                raise OutboundError(Outcome.TOO_BIG)
            parts.append(part)
        body = b"".join(parts)
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding == "identity" or not body:
            return body
        if encoding not in {"gzip", "deflate"}:  # which was not asked for
            raise OutboundError(Outcome.BROKEN, f"encoded as {encoding[:20]}")
        unpacked = zlib.decompressobj(32 + zlib.MAX_WBITS)
        try:
            plain = unpacked.decompress(body, self._body_max + 1)
        except zlib.error as error:
            raise OutboundError(Outcome.BROKEN, error) from error
        if len(plain) > self._body_max:
            raise OutboundError(Outcome.TOO_BIG)
        if not unpacked.eof:
            raise OutboundError(Outcome.BROKEN, "cut off")
        return plain

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._resolver = self._resolver or ThreadResolver()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver,
                    use_dns_cache=False,
                    limit=0,  # those of a host wait for each other above, and their callers are counted
                    ssl=ssl.create_default_context() if "https" in self._schemes else False,
                    socket_factory=_open if settings.CHAT_OUTBOUND_PROXY else self._guarded,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=self._total, connect=self._connect, sock_connect=self._connect
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": user_agent(), "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    def _guarded(self, address: Any) -> socket.socket:
        """Make the socket for an address, or raise PermissionError."""
        if self._is_trusted:
            return _open(address)
        host, port = address[4][:2]
        allowed = settings.CHAT_OUTBOUND_ALLOW
        if not addresses.may_reach(host, port, ports=self._ports, allowed=allowed):
            raise PermissionError(f"{host} is not an address of the internet")
        return _open(address)

    def _may_be_asked_of_a_proxy(self, url: URL) -> bool:
        """Return False for an address that is refused: a name is the proxy's to judge."""
        host, port = url.raw_host or "", url.port or 0
        if self._is_trusted:
            return True
        try:
            ip_address(host)
        except ValueError:
            return True
        allowed = settings.CHAT_OUTBOUND_ALLOW
        return addresses.may_reach(host, port, ports=self._ports, allowed=allowed)


def user_agent() -> str:
    """Return what other sites are told of who asks: this software, and which site it is."""
    named = [*settings.CSRF_TRUSTED_ORIGINS, *settings.ALLOWED_HOSTS, "localhost"]
    return f"chat (+{named[0]})"


def _open(address: Any) -> socket.socket:
    family, kind, protocol = address[:3]
    return socket.socket(family, kind, protocol)

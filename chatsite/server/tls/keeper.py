"""Which certificate connections get, and when there is another one."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from chatsite.server.lifecycle import stats
from chatsite.server.tls.certificate import Certificate
from chatsite.server.tls.kept import Kept, Stamp
from chatsite.server.tls.problem import TLSProblem

logger = logging.getLogger(__name__)

# Seconds between two looks at the clock and at what another worker may have kept: by the wall clock, so
# that a machine that slept is not late. For a certificate of a short life, a share of that.
CHECK = 60.0
_CHECK_SHARE = 1 / 50
_CHECK_LEAST = 0.02

# Shares of a certificate's life. A renewal begins up to JITTER later than it could, so that neither the
# workers of a site nor all sites of a day come at once. Tries that fail are FIRST apart, then twice as
# long each time, up to LAST: of 90 days an hour, and a day. An authority allows five that fail an hour.
JITTER = 1 / 60
FIRST, LAST = 1 / 2160, 1 / 90

_DAY = 24 * 3600


@implementer(IOpenSSLServerConnectionCreator)
class Keeper:
    """The certificate of this site, as Twisted's TLS asks for it at each new connection.

    A connection keeps what it began with, so that a new certificate disturbs nobody.
    """

    def __init__(
        self,
        kept: Kept,
        name: str,
        *,
        make: Callable[[], Awaitable[str]],
        suits: Callable[[Certificate], bool],
    ) -> None:
        """`name` is what it is kept under. `make` returns a new one, or raises TLSProblem.

        `suits` returns False for one that has to be replaced when the server starts.
        """
        self._kept, self._name = kept, name
        self._make, self._suits = make, suits
        self._certificate: Certificate | None = None
        self._context: SSL.Context | None = None
        self._stamp: Stamp | None = None
        self._due = self._next_try = 0.0
        self._failures = 0

    def serverConnectionForTLS(self, protocol: Any) -> SSL.Connection:
        assert self._context is not None, "begin() comes first"
        return SSL.Connection(self._context, None)

    async def begin(self) -> None:
        """Return when there is a certificate. Raises TLSProblem if there can be none now.

        One that has expired serves until there is another: its visitors are at least told what is wrong.
        """
        self._take()
        good = self._certificate is not None and self._suits(self._certificate)
        if not good:
            self._due = 0.0
        if not good or time.time() >= self._ends:
            try:
                await self._renew()
            except TLSProblem as problem:
                if not good:
                    raise
                self._failed(problem)

    async def keep_up(self) -> None:
        """Renew the certificate whenever it is time. Never returns."""
        while True:
            await asyncio.sleep(self._pause())
            try:
                if self._kept.stamp(self._name) != self._stamp:
                    self._take()
                if time.time() >= max(self._due, self._next_try):
                    await self._renew()
            except TLSProblem as problem:
                self._failed(problem)
            except Exception as error:
                logger.exception("Exception while renewing the certificate")
                self._failed(TLSProblem("failed", f"Something unforeseen happened: {error}."))

    async def _renew(self) -> None:
        async with self._kept.alone():
            self._take()  # another worker may have renewed it while this one waited
            if time.time() >= self._due:
                self._kept.keep(self._name, await self._make())
                self._take()
        self._failures, self._next_try = 0, 0.0

    def _take(self) -> None:
        """Use what is kept, if it is another one than before."""
        found = self._kept.read(self._name)
        if found is None or found[1] == self._stamp:
            return
        text, self._stamp = found
        try:
            certificate = Certificate.read(text)
            context = certificate.context()
        except ValueError as error:
            logger.warning("The certificate that is kept cannot be used: %s", error)
            return
        self._certificate, self._context = certificate, context
        self._due = certificate.renewal + random.uniform(0, certificate.lifetime * JITTER)  # noqa: S311
        stats.certificate_ends = certificate.ends
        logger.info(
            "The certificate is good until %s; its SHA-256 fingerprint is %s",
            f"{datetime.fromtimestamp(certificate.ends, UTC):%Y-%m-%d %H:%M} UTC",
            certificate.fingerprint,
        )

    def _failed(self, problem: TLSProblem) -> None:
        stats.certificate_failures += 1
        lifetime = self._certificate.lifetime if self._certificate else 90 * _DAY
        wait = min(lifetime * FIRST * 2**self._failures, lifetime * LAST)
        wait *= random.uniform(0.75, 1.25)  # noqa: S311
        self._failures += 1
        self._next_try = time.time() + wait
        logger.warning(
            "The certificate could not be renewed: %s It is good for %.1f days; the next try is in "
            "%.1f hours",
            problem,
            max(0.0, self._ends - time.time()) / _DAY,
            wait / 3600,
        )

    @property
    def _ends(self) -> float:
        return self._certificate.ends if self._certificate else 0.0

    def _pause(self) -> float:
        lifetime = self._certificate.lifetime if self._certificate else CHECK
        return min(CHECK, max(lifetime * _CHECK_SHARE, _CHECK_LEAST))

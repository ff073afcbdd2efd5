"""The channel layer, seen from one worker: one channel, a member of each served room's group.

Nothing here may hold up a message. Ringing is queued and done in the background; a doorbell that
cannot be rung is counted and dropped, since the other workers read the log every second anyway.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from rooms.live import metrics
from rooms.publish import LAYER_AWAY, Doorbell

logger = logging.getLogger(__name__)

# Seconds. A layer that does not answer must not keep doorbells waiting behind it for long.
_TIMEOUT = 2.0
_RETRY = 1.0
_QUEUE_LIMIT = 10_000
_NOBODY = "workers.check"  # a group that is never joined


class Bell:
    """Rings for other workers, and listens for them."""

    def __init__(
        self, *, heard: Callable[[Doorbell], None], hinted: Callable[[Doorbell], None]
    ) -> None:
        """`heard` takes doorbells of this site, `hinted` those that do not say whose they are."""
        self._layer: Any = get_channel_layer()
        self._heard, self._hinted = heard, hinted
        self.site = ""  # the mark of the database that this worker runs on (history/identity.py)
        self._outgoing: list[tuple[str, Doorbell]] = []
        self._wake = asyncio.Event()
        self._channel: str | None = None
        self._groups: dict[str, bool] = {}  # wanted group → whether the layer knows
        self._tasks: list[asyncio.Task[None]] = []
        self.up = True

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._ring()), loop.create_task(self._listen())]

    async def stop(self) -> None:
        """Ring what is still to be rung, and listen no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._outgoing and self.up:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_TIMEOUT):
                    await self._send(self._outgoing)

    def ring(self, group: str, bell: Doorbell) -> None:
        """Tell the group, soon."""
        if len(self._outgoing) >= _QUEUE_LIMIT:
            metrics.doorbells_lost.inc()
            return
        self._outgoing.append((group, {**bell, "site": self.site}))
        self._wake.set()

    async def join(self, group: str) -> None:
        """Hear the group's doorbells. If the layer is away, as soon as it is back."""
        self._groups[group] = False
        if self._channel is not None:
            await self._add(group)

    async def leave(self, group: str) -> None:
        known = self._groups.pop(group, False)
        if known and self._channel is not None:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._layer.group_discard(group, self._channel)
            except Exception as error:  # noqa: BLE001 - logged there
                self._fell("leaving a group", error)

    async def check(self) -> None:
        """See whether the layer answers: ringing alone does not wait for that."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._layer.group_send(_NOBODY, {"type": "worker.check", "stream": 0})
        except Exception as error:  # noqa: BLE001 - logged there
            self._fell("checking", error)
        else:
            self._rose()

    async def _ring(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._outgoing = self._outgoing, []
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._send(batch)
            except Exception as error:  # noqa: BLE001 - logged there
                metrics.doorbells_lost.inc(len(batch))
                self._fell("ringing", error)
                await asyncio.sleep(_RETRY)
                metrics.doorbells_lost.inc(len(self._outgoing))
                self._outgoing.clear()

    async def _send(self, batch: list[tuple[str, Doorbell]]) -> None:
        if many := getattr(self._layer, "group_send_many", None):
            await many(batch)
            return
        for group, bell in batch:
            await self._layer.group_send(group, bell)

    async def _listen(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    self._channel = await self._layer.new_channel()
                break
            except Exception as error:  # noqa: BLE001 - logged there
                self._fell("subscribing", error)
                await asyncio.sleep(_RETRY)
        keeper = asyncio.create_task(self._keep_joined())
        try:
            while True:
                await self._hear_one()
        finally:
            keeper.cancel()

    async def _hear_one(self) -> None:
        try:
            doorbell = await self._layer.receive(self._channel)
        except Exception as error:  # noqa: BLE001 - logged there
            self._fell("listening", error)
            await asyncio.sleep(_RETRY)
            return
        try:
            site = doorbell.get("site")
            if site is None:
                self._hinted(doorbell)
            elif site == self.site:
                self._heard(doorbell)
            else:
                metrics.doorbells_foreign.inc()
        except Exception:  # another version's, or nobody's: the poll finds what it was about
            logger.exception("a doorbell was not understood")

    async def _keep_joined(self) -> None:
        while True:
            for group in [group for group, known in self._groups.items() if not known]:
                await self._add(group)
            await asyncio.sleep(_RETRY)

    async def _add(self, group: str) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._layer.group_add(group, self._channel)
                if group in self._groups:
                    self._groups[group] = True
                else:  # nobody is there any more
                    await self._layer.group_discard(group, self._channel)
        except Exception as error:  # noqa: BLE001 - logged there
            self._fell("joining a group", error)

    def _fell(self, doing: str, error: BaseException) -> None:
        metrics.channel_layer_up.set(0)
        expected = isinstance(error, LAYER_AWAY)
        if self.up or not expected:
            self.up = False
            logger.warning(
                "channel layer away (%s: %r): rooms go on through the log",
                doing,
                error,
                exc_info=None if expected else error,
            )

    def _rose(self) -> None:
        metrics.channel_layer_up.set(1)
        if not self.up:
            self.up = True
            logger.info("channel layer back")

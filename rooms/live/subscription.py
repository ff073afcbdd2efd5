"""The channel layer, seen from one worker: one channel, a member of each served room's group.

Nothing here may hold up a message. Notifications are queued and sent in the background; one that
cannot be sent is counted and dropped, since the other workers read the log every second anyway.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from channels.layers import get_channel_layer

from rooms.errors import Unavailable
from rooms.live import metrics
from rooms.live.batching import Batcher
from rooms.publish import LAYER_AWAY, Notification

logger = logging.getLogger(__name__)

# Seconds. A layer that does not answer must not keep notifications waiting behind it for long.
_TIMEOUT = 2.0
# Seconds after a failure until the layer is tried again.
_RETRY = 1.0
# Notifications that may wait to be sent.
_WAITING = 10_000
# Seconds between two warnings that notifications cannot be read.
_QUIET = 60.0
_NOBODY = "workers.check"  # a group that is never joined

# A notification and the group that it is for.
_Outgoing = tuple[str, Notification]
_Receiver = Callable[[Notification], None]


class Subscription:
    """Publishes notifications for other workers, and receives theirs."""

    def __init__(self) -> None:
        self._layer: Any = get_channel_layer()
        self.site = ""  # the mark of the database that this worker runs on (history/identity.py)
        self._outgoing: Batcher[None, _Outgoing, None] = Batcher(
            name="notifications",
            work=self._send,
            answer=lambda batch, outcomes: None,
            size=_WAITING,
            waiting=_WAITING,
        )
        self._silent_until = 0.0  # on the loop's clock: nothing is sent before
        self._quiet_until = 0.0  # on the loop's clock
        self._channel: str | None = None
        self._groups: dict[str, bool] = {}  # wanted group → whether the layer knows
        self._listener: asyncio.Task[None] | None = None
        self.up = True

    def start(self, *, received: _Receiver, hinted: _Receiver) -> None:
        """Receive from now on.

        `received` takes notifications of this site, `hinted` those that do not say whose they are.
        """
        listening = self._listen(received, hinted)
        self._listener = asyncio.get_running_loop().create_task(listening)

    async def stop(self) -> None:
        """Send what is still to be sent, and receive no more."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._outgoing.stop()

    # Publishing -----------------------------------------------------------------------------------

    def publish(self, group: str, notification: Notification) -> None:
        """Tell the group, soon."""
        try:
            self._outgoing.submit(None, (group, {**notification, "site": self.site}))
        except Unavailable:
            metrics.doorbells_lost.inc()

    async def _send(self, batch: Sequence[_Outgoing]) -> list[Exception | None]:
        """Send notifications. Never raises: they are not worth a second try."""
        loop = asyncio.get_running_loop()
        if (
            loop.time() < self._silent_until
        ):  # these have waited behind those that could not be sent
            metrics.doorbells_lost.inc(len(batch))
            return [None] * len(batch)
        try:
            async with asyncio.timeout(_TIMEOUT):
                if many := getattr(self._layer, "group_send_many", None):
                    await many(batch)
                else:
                    for group, notification in batch:
                        await self._layer.group_send(group, notification)
        except Exception as error:  # noqa: BLE001 - logged there
            metrics.doorbells_lost.inc(len(batch))
            self._silent_until = loop.time() + _RETRY
            self._fell("publishing", error)
        return [None] * len(batch)

    async def check(self) -> None:
        """See whether the layer answers: publishing alone does not wait for that."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._layer.group_send(_NOBODY, {"type": "worker.check", "stream": 0})
        except Exception as error:  # noqa: BLE001 - logged there
            self._fell("checking", error)
        else:
            self._rose()

    # Receiving ------------------------------------------------------------------------------------

    async def join(self, group: str) -> None:
        """Receive the group's notifications. If the layer is away, as soon as it is back."""
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

    async def _listen(self, received: _Receiver, hinted: _Receiver) -> None:
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
                await self._receive_one(received, hinted)
        finally:
            keeper.cancel()

    async def _receive_one(self, received: _Receiver, hinted: _Receiver) -> None:
        try:
            notification = await self._layer.receive(self._channel)
        except ValueError as error:
            self._unread(error)
            return
        except Exception as error:  # noqa: BLE001 - logged there
            self._fell("receiving", error)
            await asyncio.sleep(_RETRY)
            return
        try:
            site = notification.get("site")
            if site is None:
                hinted(notification)
            elif site == self.site:
                received(notification)
            else:
                metrics.doorbells_foreign.inc()
        except Exception:  # another version's, or nobody's: the poll finds what it was about
            logger.exception("a notification was not understood")

    def _unread(self, error: ValueError) -> None:
        """Pass over a notification that cannot be read. If a worker sent it, the poll finds its change."""
        metrics.doorbells_unread.inc()
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET
            logger.warning(
                "a notification cannot be read (%s): do all workers have the same CHAT_REDIS_KEYS?",
                error,
            )

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

    # Whether it is there --------------------------------------------------------------------------

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

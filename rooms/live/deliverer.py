"""Sending what happens in rooms to their outgoing hooks, one change after the other, at a measured pace.

Every worker with a lease does it: a hook is one worker's at a time (rooms/hooks/cursors.py).
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from yarl import URL

from history.errors import RoomHeld
from rooms.actions import hooks
from rooms.hooks import cursors, dialects, signing
from rooms.hooks.cursors import Delivery
from rooms.live import metrics
from rooms.live.threads import DatabaseThreads
from rooms.models import HookOut
from rooms.outbound.outcomes import OutboundError
from rooms.outbound.retry_after import wait_of

logger = logging.getLogger(__name__)

# Hooks that a worker sends for at once, and those of them with one host.
UNDER_WAY, OF_ONE_HOST = 16, 4
# When a hook is looked at again whose host had all of these places.
CROWDED = timedelta(seconds=2)
# Changes that a hook is sent before others have their turn, and the seconds between two of them.
IN_A_ROW, SPACING = 100, 0.05
# Bytes of an answer that are read.
ANSWER_MAX = 64 * 1024
# Seconds that the end waits for requests under way. What is cut off is sent again.
STOP = 3.0
_GONE = 410


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request: a status, or why there is none; and a text that it was answered with."""

    name: str
    is_accepted: bool = False
    is_gone: bool = False
    wait: timedelta | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """Return the metric's label: statuses are anybody's choice."""
        return "refused" if self.name.isdecimal() else self.name


class Deliverer:
    """Takes hooks that are due, and sends."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="hooks", size=2)
        self._client: Any = None
        # The hooks that are sent for, each with its host.
        self._tasks: dict[asyncio.Task[None], tuple[HookOut, str]] = {}

    async def step(self, worker_id: int | None) -> None:
        """Take what is due. Raises what the database raises."""
        free = UNDER_WAY - len(self._tasks)
        if worker_id is None or not settings.CHAT_OUTBOUND or not free:
            return
        mine = [hook.pk for hook, _ in self._tasks.values()]
        for hook in await self._threads.run(cursors.take, free, without=mine):
            host = URL(hook.url).raw_host or ""
            if Counter(host for _, host in self._tasks.values())[host] >= OF_ONE_HOST:
                await self._threads.run(cursors.give_back, hook, wait=CROWDED)
                continue
            task = asyncio.get_running_loop().create_task(self._deliver(hook))
            self._tasks[task] = hook, host
            task.add_done_callback(self._tasks.pop)

    async def stop(self) -> None:
        """Wait for what is under way, a little, and let other workers go on with the rest."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=STOP)
        left = list(self._tasks.items())
        for task, _ in left:
            task.cancel()
        await asyncio.gather(*(task for task, _ in left), return_exceptions=True)
        for _, (hook, _) in left:
            with contextlib.suppress(Error):  # its lease ends by itself
                await self._threads.run(cursors.give_back, hook)
        if self._client is not None:
            await self._client.close()
        await self._threads.close()

    async def _deliver(self, hook: HookOut) -> None:
        """Send what a hook is behind by, until it is not, or its turn is over."""
        accepted: Delivery | None = None
        try:
            for _ in range(IN_A_ROW):
                following = await self._threads.run(cursors.following, hook, accepted=accepted)
                if following is None:
                    return
                result = await self._send(following)
                metrics.hook_deliveries.labels(result.label).inc()
                if not result.is_accepted:
                    await self._threads.run(
                        cursors.failed,
                        hook,
                        problem=result.name,
                        wait=result.wait,
                        gone=result.is_gone,
                    )
                    return
                # Before the cursor moves: if this worker is killed in between, the change is sent again,
                # and its answer is the same message.
                if result.text and following.may_be_answered:
                    await self._threads.run(hooks.answer, delivery=following, text=result.text)
                accepted = following
                await asyncio.sleep(SPACING)
            await self._threads.run(cursors.give_back, hook, accepted=accepted)
        except (Error, RoomHeld) as error:
            # Its lease ends by itself, and what was not noted is sent again.
            logger.warning("hook %s has to wait: %s", hook.public_id, error)

    async def _send(self, delivery: Delivery) -> Result:
        if self._client is None:
            self._client = _client()
        hook = delivery.hook
        headers = signing.headers(
            *filter(None, (hook.secret, hook.former_secret)),
            identity=delivery.identity,
            timestamp=int(time.time()),
            body=delivery.body,
        )
        try:
            answer = await self._client.request(
                "POST", delivery.hook.url, headers=headers, body=delivery.body
            )
        except OutboundError as error:
            return Result(str(error.outcome))
        if 200 <= answer.status < 300:
            return Result("accepted", is_accepted=True, text=_text(answer))
        return Result(
            str(answer.status),
            is_gone=answer.status == _GONE,
            wait=wait_of(answer.headers.get("Retry-After", "")),
        )


def _client() -> Any:
    # Half a second of a start, and memory, that a site without hooks saves.
    from rooms.outbound.client import OutboundClient

    schemes = ("https", "http") if settings.CHAT_OUTBOUND_ALLOW else ("https",)
    return OutboundClient(
        purpose="hook", schemes=schemes, per_host=OF_ONE_HOST, body_max=ANSWER_MAX
    )


def _text(answer: Any) -> str:
    """Return the text that a receiver answered with; "" for anything that is no plain text."""
    media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media != "text/plain" or answer.status == 204:
        return ""
    return dialects.fit(answer.body.decode(errors="replace"), settings.CHAT_BODY_MAX)

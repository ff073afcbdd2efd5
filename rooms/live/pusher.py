"""Sending notifications to push services, at a pace that sockets do not feel.

One worker does it for all, the eldest: a question of cost alone, since the queue hands out nothing twice.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import Error
from yarl import URL

from rooms import presence, vapid
from rooms.live import metrics
from rooms.live.threads import DatabaseThreads
from rooms.models import Push, PushSubscription
from rooms.outbound.outcomes import OutboundError, Outcome
from rooms.outbound.retry_after import wait_of
from rooms.pushing import content, due, message, queue, words
from rooms.pushing.content import Decision, Drop, Send, Wait

logger = logging.getLogger(__name__)

# Requests under way; of them to one push service, and to the browsers of one person.
UNDER_WAY, OF_ONE_HOST, OF_ONE_PERSON = 128, 32, 8
# When a notification is looked at again that found all of these places taken.
CROWDED = timedelta(seconds=3)
# Rows that one step looks at, and notifications to nobody in particular that it sends.
STEP, CALM = 100, 25
# A few at a time, with pauses in seconds: while Python works on these, a post waits for it.
CHUNK, SPACING = 6, 0.01
# Seconds for which results wait for one another, to be kept together.
SETTLE = 0.1
# Failures in a row after which a push service is left alone, and the seconds for which it is.
FAILURES, REST = 5, 15.0
# Push services of which failures are counted: anybody can name others.
COUNTED = 1000
# Seconds between two complaints of one push service in the log.
SAID = 600.0
# Seconds that the end waits for requests under way. What is cut off is due again after its lease.
STOP = 3.0
# Answers that say the subscription is over, and those that another try may change.
_GONE, _AGAIN = {404, 410}, {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request, as metrics and people are told; and how long to wait for another try."""

    name: str
    wait: timedelta | None = None

    @property
    def may_change(self) -> bool:
        """Return True if the same request may succeed later."""
        return self.name in {"busy", *map(str, _MAY_CHANGE)}


_MAY_CHANGE = (
    Outcome.UNREACHABLE, Outcome.UNTRUSTED, Outcome.SLOW, Outcome.BROKEN, Outcome.TOO_BIG,
)  # fmt: skip


class Pusher:
    """Finds out who is to be notified, and sends."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="push")
        self._client: Any = None
        # The requests under way, each with the key of the person who is notified.
        self._tasks: dict[asyncio.Task[None], int] = {}
        self._results: list[tuple[Send, Result]] = []
        self._settling: asyncio.Task[None] | None = None
        self._failures: Counter[str] = Counter()
        self._resting: dict[str, float] = {}
        self._said: dict[str, float] = {}
        self._last_room = 0  # the key of the last room in which people to notify were looked for

    async def step(self, worker_id: int | None) -> None:
        """Do a piece of it: some rooms, and some of what is due. Raises what the database raises."""
        if worker_id is None or settings.CHAT_PUSH == "off" or not settings.CHAT_OUTBOUND:
            return
        last_room = await self._threads.run(_find, worker_id, self._last_room)
        if last_room is None:
            return
        self._last_room = last_room
        if len(self._tasks) < UNDER_WAY:
            for subscription in await self._threads.run(queue.take_tests, CHUNK):
                if self._has_room(subscription):
                    self._begin(subscription, self._try(subscription))
                else:
                    await self._threads.run(queue.test_later, subscription, CROWDED)
        looked = calm = 0
        while looked < STEP and len(self._tasks) < UNDER_WAY:
            taken, sends = await self._threads.run(
                _next, without=self._served(), only_to_me=calm >= CALM
            )
            crowded = []
            for send in sends:
                if not self._has_room(send.push.subscription):
                    crowded.append(send.push)
                    continue
                self._begin(send.push.subscription, self._send(send))
                calm += not send.to_me
                await asyncio.sleep(SPACING)
            if crowded:
                await self._threads.run(queue.later, crowded, CROWDED)
            looked += taken
            if taken < CHUNK:
                break
            await asyncio.sleep(SPACING)

    async def stop(self) -> None:
        """Wait for what is under way, a little, and keep what became of it."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=STOP)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._settling is not None:
            await asyncio.gather(self._settling, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        await self._threads.close()

    def _begin(self, subscription: PushSubscription, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = subscription.user_id
        task.add_done_callback(self._tasks.pop)

    def _served(self) -> set[int]:
        """Return the keys of the people who have all the requests under way that one person may have."""
        return {user for user, n in Counter(self._tasks.values()).items() if n >= OF_ONE_PERSON}

    def _has_room(self, subscription: PushSubscription) -> bool:
        """Return True if a request would be sent at once, and leaves others their places.

        A slow push service, or a person with many browsers, would otherwise have all the places there are.
        """
        host = URL(subscription.endpoint).raw_host or ""
        is_free = self._client is None or self._client.has_room(host)
        return is_free and subscription.user_id not in self._served()

    # Sending --------------------------------------------------------------------------------------

    async def _send(self, send: Send) -> None:
        room = send.push.membership.room.public_id
        result = await self._request(
            send.push.subscription, send.payload, urgent=send.to_me, topic=room
        )
        metrics.pushes.labels(result.name).inc()
        if result.name == "sent" and send.said_at is not None:
            metrics.push_seconds.observe(max(0.0, (_now() - send.said_at).total_seconds()))
        self._results.append((send, result))
        if self._settling is None or self._settling.done():
            self._settling = asyncio.get_running_loop().create_task(self._settle())

    async def _try(self, subscription: PushSubscription) -> None:
        """Send a test, and keep what became of it."""
        payload = words.trial(subscription)
        result = await self._request(subscription, payload, urgent=True, topic="test")
        with contextlib.suppress(Error):  # it is due again after its lease
            await self._threads.run(_tested, subscription, result)

    async def _request(
        self, subscription: PushSubscription, payload: bytes, *, urgent: bool, topic: str
    ) -> Result:
        host = URL(subscription.endpoint).host or ""
        if (until := self._resting.get(host, 0.0)) > time.monotonic():
            return Result("resting", timedelta(seconds=until - time.monotonic()))
        if self._client is None:
            self._client = _client()
        try:
            asked = message.build(subscription, payload, urgent=urgent, topic=topic)
            answer = await self._client.request(
                "POST", asked.url, headers=asked.headers, body=asked.body
            )
        except OutboundError as error:
            result = Result(str(error.outcome))
        except vapid.NoKey:
            result = Result("rejected")
        else:
            result = _read(answer.status, answer.headers.get("Retry-After", ""))
            if result.name == "rejected":
                self._complain(host, answer.status)
        self._note(host, result)
        return result

    def _complain(self, host: str, status: int) -> None:
        """Say that a push service refuses this site, once in a while."""
        now = time.monotonic()
        if now - self._said.get(host, -SAID) >= SAID:
            self._said = {h: at for h, at in self._said.items() if now - at < SAID} | {host: now}
            logger.warning("push service %s refuses notifications: %d", host, status)

    def _note(self, host: str, result: Result) -> None:
        """Leave a push service alone for a while that does nothing but fail."""
        if not result.may_change or result.wait is not None:
            self._failures.pop(host, None)
            return
        if len(self._failures) >= COUNTED:
            self._failures.clear()
        self._failures[host] += 1
        if self._failures[host] >= FAILURES:
            self._failures.pop(host)
            self._resting = {h: t for h, t in self._resting.items() if t > time.monotonic()}
            self._resting[host] = time.monotonic() + REST

    async def _settle(self) -> None:
        """Keep what became of requests, some at a time."""
        while True:
            await asyncio.sleep(SETTLE)
            results, self._results = self._results, []
            if not results:
                return
            try:
                await self._threads.run(settle, results)
            except Error as error:
                # They are due again after their lease: some are sent twice.
                logger.warning("%d notifications could not be noted: %s", len(results), error)


def _client() -> Any:
    # Half a second of a start, and memory, that a site without subscriptions saves.
    from rooms.outbound.client import OutboundClient

    return OutboundClient(purpose="push", per_host=OF_ONE_HOST, body_max=16 * 1024)


def _read(status: int, retry_after: str) -> Result:
    """Return what an answer means."""
    if 200 <= status < 300:
        return Result("sent")
    if status in _GONE:
        return Result("gone")
    if status in _AGAIN or status >= 500:
        return Result("busy", wait_of(retry_after))
    return Result("rejected")


def _now() -> datetime:
    return datetime.now(UTC)


# On a thread --------------------------------------------------------------------------------------


def _find(worker_id: int, last_room: int) -> int | None:
    """Find whom to notify. Return the last room, or None if another worker does that, or nobody wants to be."""
    if not (PushSubscription.objects.exists() and presence.is_eldest(worker_id=worker_id)):
        return None
    return due.find(after=last_room)


def _next(*, without: Collection[int], only_to_me: bool) -> tuple[int, list[Send]]:
    """Look at some of what is due. Return how many, and what is to be sent of it."""
    pushes = queue.take(CHUNK, only_to_me=only_to_me, without=without)
    return len(pushes), keep(content.decide(pushes))


def keep(decided: Sequence[Decision]) -> list[Send]:
    """Put back what is not to be sent now, and return the rest."""
    queue.forget(decision.push for decision in decided if isinstance(decision, Drop))
    _later((decision.push, decision.wait) for decision in decided if isinstance(decision, Wait))
    return [decision for decision in decided if isinstance(decision, Send)]


def settle(results: Sequence[tuple[Send, Result]]) -> None:
    """Keep what became of notifications."""
    sent: dict[tuple[int, int | None], list[Push]] = defaultdict(list)
    resting, dropped = [], []
    for send, result in results:
        if result.name == "sent":
            sent[send.through, send.shown].append(send.push)
        elif result.name == "gone":
            queue.ended(send.push.subscription)
        elif result.name == "resting":
            resting.append((send.push, result.wait or timedelta()))
        elif result.may_change:
            queue.failed(send.push, result.wait)
        else:
            dropped.append(send.push)
    for (through, shown), pushes in sent.items():
        queue.told(pushes, through=through, shown=shown)
    _later(resting)
    queue.forget(dropped)


def _later(waits: Iterable[tuple[Push, timedelta]]) -> None:
    """Put these back until each has waited, in whole seconds: those of a second share a statement."""
    alike: dict[int, list[Push]] = defaultdict(list)
    for push, wait in waits:
        alike[ceil(wait.total_seconds())].append(push)
    for seconds, pushes in alike.items():
        queue.later(pushes, timedelta(seconds=seconds))


def _tested(subscription: PushSubscription, result: Result) -> None:
    if result.name == "gone":
        queue.ended(subscription)
    else:
        queue.tested(subscription, result.name)

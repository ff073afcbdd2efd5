"""Notifications under way: nobody has all the places, neither a person nor a push service."""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from rooms.live import pusher
from rooms.live.pusher import CHUNK, CROWDED, OF_ONE_PERSON, Pusher
from rooms.models import Membership, Push, PushSubscription, Room
from rooms.outbound.client import Answer
from rooms.pushing import queue
from rooms.pushing.content import Send
from tests.support.push_keys import BrowserKeys

SLOW, OTHER = "slow.example.net", "other.example.net"


class Threads:
    """Does at once what would be done on a thread."""

    async def run(self, work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return work(*args, **options)


class Client:
    """Answers nothing until `release`. Hosts that are `full` have no place."""

    def __init__(self, *full: str) -> None:
        self._full = full
        self.asked: list[str] = []
        self.release = asyncio.Event()

    def has_room(self, host: str) -> bool:
        return host not in self._full

    async def request(self, method: str, url: str, **options: object) -> Answer:
        self.asked.append(url)
        await self.release.wait()
        return Answer(201, {}, b"", URL(url))


class Due:
    """What is due, in the place of the queue."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sends: list[Send] = []
        self.tests: list[PushSubscription] = []
        self.put_back: list[tuple[PushSubscription, timedelta]] = []
        monkeypatch.setattr(pusher, "_find", lambda worker, last_room: 0)
        monkeypatch.setattr(pusher, "_next", self._next)
        monkeypatch.setattr(pusher, "settle", lambda results: None)
        monkeypatch.setattr(pusher, "_tested", lambda subscription, result: None)
        monkeypatch.setattr(queue, "take_tests", lambda limit: self.tests)
        monkeypatch.setattr(queue, "later", self._later)
        monkeypatch.setattr(queue, "test_later", lambda *what: self.put_back.append(what))

    def add(self, user: int, host: str, *, count: int = 1) -> None:
        for _ in range(count):
            push = Push(subscription=_subscription(user, host), membership=Membership(room=Room()))
            self.sends.append(Send(push, b"hello", to_me=True, through=1, shown=1, said_at=None))

    def _next(self, *, without: Collection[int], only_to_me: bool) -> tuple[int, list[Send]]:
        taken = [s for s in self.sends if s.push.subscription.user_id not in without][:CHUNK]
        self.sends = [send for send in self.sends if send not in taken]
        return len(taken), taken

    def _later(self, pushes: Collection[Push], wait: timedelta) -> None:
        self.put_back += [(push.subscription, wait) for push in pushes]


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> Due:
    return Due(monkeypatch)


def _subscription(user: int, host: str) -> PushSubscription:
    fields = BrowserKeys().subscription(f"https://{host}/{user}")
    return PushSubscription(user_id=user, origin="https://chat.example.org", **fields)


def _pusher(client: Client) -> Pusher:
    sender: Any = Pusher()
    sender._threads, sender._client = Threads(), client
    return sender  # type: ignore[no-any-return]


async def test_a_person_with_many_browsers_leaves_others_their_places(due: Due) -> None:
    client = Client()
    sender = _pusher(client)
    due.add(1, SLOW, count=OF_ONE_PERSON + 4)
    due.add(2, SLOW)
    await sender.step(1)
    assert [url[-1] for url in client.asked] == ["1"] * OF_ONE_PERSON + ["2"]
    assert [(row.user_id, wait) for row, wait in due.put_back] == [(1, CROWDED)] * 4

    # What is due of this person stays in the queue, until there are places again.
    due.add(1, SLOW)
    await sender.step(1)
    assert len(due.sends) == 1
    client.release.set()
    await asyncio.gather(*sender._tasks)
    await sender.step(1)
    assert due.sends == []
    await asyncio.gather(*sender._tasks)


async def test_what_a_slow_push_service_has_no_place_for_holds_none_elsewhere(due: Due) -> None:
    client = Client(SLOW)
    sender = _pusher(client)
    due.tests = [_subscription(5, SLOW), _subscription(6, OTHER)]
    for user in (1, 2, 3):
        due.add(user, SLOW)
    due.add(4, OTHER)
    await sender.step(1)
    assert client.asked == [f"https://{OTHER}/6", f"https://{OTHER}/4"]
    assert [(row.user_id, wait) for row, wait in due.put_back] == [
        (user, CROWDED) for user in (5, 1, 2, 3)
    ]
    client.release.set()
    await asyncio.gather(*sender._tasks)

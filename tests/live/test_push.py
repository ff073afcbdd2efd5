"""Notifications on their way: from a post at one worker to a browser's push service, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.live.pusher import CROWDED, OF_ONE_PERSON
from rooms.pushing import queue
from tests.live.members import eventually, members_of_a_room
from tests.support.client import RoomSocket, Visitor
from tests.support.pushservice import PushService
from tests.support.sockets import PATIENCE
from tests.support.workers import Site


@asynccontextmanager
async def somebody_away(
    site: Site, service: PushService, path: str, *names: str
) -> AsyncIterator[tuple[list[RoomSocket], Visitor]]:
    """People in a room, and Bob, a member who has subscribed and is not there."""
    async with (
        members_of_a_room(site, *(names or ("Ada",))) as sockets,
        site.visitor("Bob", worker=1) as bob,
    ):
        await bob.join(sockets[0].code)
        await subscribe(bob, service, path)
        yield sockets, bob


async def subscribe(bob: Visitor, service: PushService, path: str) -> None:
    kept = await bob.submit("/push/", service.browser(path))
    assert kept.status_code == 200, kept.text


async def pass_time(site: Site, seconds: float) -> None:
    """Move what the queue compares with the clock into the past."""
    past = f"interval '{seconds} seconds'"
    with site.database() as rows:
        rows(
            f"UPDATE rooms_push SET due_at = due_at - {past}, told_at = told_at - {past} RETURNING 1"
        )


async def test_a_mention_reaches_a_browser_that_is_closed(
    hasty: Site, push_service: PushService
) -> None:
    async with somebody_away(hasty, push_service, "/bob") as ([ada], bob):
        await ada.post("hello @Bob")
        came = await push_service.next()
        assert came.notification["body"] == "Ada: hello @Bob"
        assert came.headers["urgency"] == "high"
        assert came.notification["navigate"] == f"{bob.base_url}/rooms/{ada.code}/#m2"

        # What Bob reads on another device is none of the phone's business.
        async with bob.socket(ada.code) as laptop:
            await pass_time(hasty, 5)
            await ada.post("and there?")
            await laptop.until(lambda view: "and there?" in view.bodies)
            await laptop.ask("read", seq=laptop.view.transcript[-1]["seq"])
            await eventually(lambda: _nothing_is_due(hasty))
        assert push_service.is_idle


def _nothing_is_due(site: Site) -> bool:
    with site.database() as rows:
        return not rows("UPDATE rooms_push SET due_at = now() WHERE due_at IS NOT NULL RETURNING 1")


async def test_answers_of_a_push_service_are_understood(
    hasty: Site, push_service: PushService
) -> None:
    async with somebody_away(hasty, push_service, "/busy") as ([ada], bob):
        # What it has no time for is sent again, and what it was told to wait for is waited for.
        push_service.plan("/busy", 500)
        push_service.plan("/busy", 429, Retry_After="1")
        await ada.post("hello")
        for _ in range(3):
            assert (await push_service.next()).notification["body"] == "Ada: hello"

        # A subscription that is over is forgotten, and no other one.
        await subscribe(bob, push_service, "/old")
        push_service.plan("/old", 410)
        await pass_time(hasty, 60)
        await ada.post("again")
        assert {(await push_service.next()).path for _ in range(2)} == {"/busy", "/old"}
        await eventually(lambda: _subscriptions(hasty, push_service) == ["/busy"])


def _subscriptions(site: Site, service: PushService) -> list[str]:
    with site.database() as rows:
        found = rows("SELECT endpoint FROM rooms_pushsubscription ORDER BY id")
    mine = [endpoint for (endpoint,) in found if endpoint.startswith(service.origin)]
    return [endpoint.removeprefix(service.origin) for endpoint in mine]


async def test_a_person_with_many_browsers_leaves_others_their_places(
    hasty: Site, push_service: PushService
) -> None:
    async with (
        somebody_away(hasty, push_service, "/bob") as ([ada], bob),
        hasty.visitor("Zoë", worker=1) as zoe,
    ):
        browsers = {"/bob", *(f"/bob/{n}" for n in range(OF_ONE_PERSON))}
        for path in browsers - {"/bob"}:
            await subscribe(bob, push_service, path)
        await zoe.join(ada.code)
        await subscribe(zoe, push_service, "/zoe")
        push_service.answers.clear()
        await ada.post("hello")
        came = [(await push_service.next()).path for _ in range(OF_ONE_PERSON + 1)]
        assert "/zoe" in came, "nobody has answered anything yet"
        push_service.answers.set()
        await pass_time(hasty, CROWDED.total_seconds())
        came.append((await push_service.next()).path)
        assert sorted(came) == sorted({*browsers, "/zoe"})


async def test_a_worker_that_is_killed_while_it_sends_loses_nothing(
    hasty: Site, push_service: PushService
) -> None:
    async with somebody_away(hasty, push_service, "/killed", "Ada", "Eve") as ([ada, eve], _):
        push_service.answers.clear()
        await eve.post("hello")
        await push_service.next()
        for worker in hasty.workers:
            worker.kill()
        for worker in hasty.workers:
            worker.start()
        push_service.answers.set()
        await ada.connect()
        await pass_time(hasty, queue.LEASE.total_seconds())
        assert (await push_service.next()).notification["body"] == "Eve: hello"
        await eve.connect()


async def test_a_push_service_that_is_down_for_a_while_is_sent_it_later(
    hasty: Site, push_service: PushService
) -> None:
    async with somebody_away(hasty, push_service, "/down") as ([ada], bob):
        await push_service.down()
        await ada.post("hello")
        # Meanwhile a person who asks is told what is the matter.
        await bob.submit("/push/test/", {})
        told = await _tested(bob)
        assert (told["state"], told["why"]) == ("failed", "unreachable")
        await push_service.up()
        await pass_time(hasty, 60)
        assert (await push_service.next()).notification["body"] == "Ada: hello"

        await bob.submit("/push/test/", {})
        assert (await push_service.next()).notification["data"]["kind"] == "test"
        assert await _tested(bob) == {"state": "sent"}
        push_service.plan("/down", 403)
        await bob.submit("/push/test/", {})
        assert (await _tested(bob))["why"] == "rejected"


async def _tested(bob: Visitor) -> dict[str, str]:
    """What became of the notification that Bob has sent to himself."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told: dict[str, str] = (await bob.get("/push/test/")).json()
            if told["state"] != "sending":
                return told
            await asyncio.sleep(0.1)

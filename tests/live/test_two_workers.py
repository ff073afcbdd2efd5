"""Workers know of each other by the channel layer and by the log, and the log alone is enough."""

import asyncio
import time
from typing import Any

import pytest
from redis.asyncio import from_url as redis_client
from redis.asyncio.client import Monitor

from chatsite.server.layer import PubSubLayer
from rooms.publish import group
from tests.live.members import (
    all_see,
    events,
    eventually,
    fence,
    members_of_a_room,
    tab,
    visitor_of,
)
from tests.support.client import FrameRefused, RoomSocket
from tests.support.services import RedisServer
from tests.support.workers import Site


async def test_with_redis_away_everything_goes_on_only_later(
    hasty: Site, hasty_redis: RedisServer
) -> None:
    async with members_of_a_room(hasty, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        hasty_redis.stop()
        try:
            for number in range(5):
                asked = time.monotonic()
                await ada.post(f"to whom it may concern {number}")
                assert time.monotonic() - asked < 2
            await all_see([eve], "to whom it may concern 4")  # on the same worker
            await all_see([bob], "to whom it may concern 4")
            await bob.post("I hear you")
            await all_see([ada, eve], "I hear you")

            # A client that has seen more than its new worker is sent the rest there, not told to begin
            # again: Ada's worker cannot have rung for this one.
            await ada.post("just before the door closed")
            await ada.until(lambda view: "just before the door closed" in view.bodies)
            await ada.drop()
            ada.visitor.base_url = hasty.urls[1]
            await ada.connect()
            assert ada.view.welcomes == ["reset", "resume"]
            await all_see([bob, eve], "just before the door closed")

            # Rooms are entered and left, and people renamed.
            async with hasty.visitor("Zoë", worker=0) as zoe:
                await zoe.join(ada.code)
                async with zoe.socket(ada.code) as fourth:
                    for room in (ada, bob, eve):
                        await room.until(lambda view: "Zoë" in view.names)
                    zoe.name = "Zo"
                    await zoe.create()
                    for room in (ada, bob, eve, fourth):
                        await room.until(lambda view: "Zo" in view.names)
                    await fourth.ask("leave")
                    assert await fourth.closed() == 4500
                for room in (ada, bob, eve):
                    await room.until(lambda view: view.names == ["Ada", "Bob", "Eve"])
        finally:
            hasty_redis.start()
        fresh = await eve.fresh()
        for room in (ada, bob, eve):
            await room.until(lambda view: view.cursor == fresh.cursor)
            await room.load_all()
            assert room.view.difference(fresh) == ""
            assert room.closes == [], "nobody was cut off"


async def published(monitor: Monitor, number: int) -> str:
    """Return so many notifications of rooms as whoever listens at Redis sees them."""
    seen: list[str] = []
    async with asyncio.timeout(10):
        while len(seen) < number:
            command = (await monitor.next_command())["command"]
            if command.startswith("PUBLISH") and "room." in command:
                seen.append(command)
    return "\n".join(seen)


async def test_workers_start_without_redis_and_find_it_when_it_comes(
    start_site: object,
) -> None:
    redis = RedisServer()
    try:
        settings = {"CHAT_REDIS_KEYS": f"{'new' * 11} {'old' * 11}"}
        site: Site = start_site(  # type: ignore[operator]
            workers=2, postgres=True, redis_url=redis.url, settings=settings
        )
        async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
            await fence([ada, bob], "nobody rang")
            redis.start()
            await eventually(lambda: all(worker.ready() for worker in site.workers))
            delays = []
            async with redis_client(redis.url) as client, client.monitor() as monitor:
                for number in range(10):
                    body = f"rung {number}"
                    asked = time.monotonic()
                    await ada.post(body)
                    await all_see([bob], body)
                    delays.append(time.monotonic() - asked)
                told = await published(monitor, 10)
            assert "rung" not in told, "who listens at Redis reads nothing"
            # The poll alone would take half a second on the average.
            assert sorted(delays)[5] < 0.35
    finally:
        redis.close()


async def test_a_post_that_is_sent_to_two_workers_at_once_is_one_message(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as [ada, bob],
        tab(ada, site=cluster, worker=1) as twin,
    ):
        for number in range(20):
            client_id = f"{number}"
            first, second = await asyncio.gather(
                ada.post(f"post {number}", client_id=client_id),
                twin.post(f"post {number}", client_id=client_id),
            )
            assert first["seq"] == second["seq"] == number + 3
        for room in (ada, twin, bob):
            await all_see([room], "post 19")
            assert room.view.bodies == [f"post {number}" for number in range(20)]


async def test_a_member_who_was_shut_out_is_not_heard_any_more(cluster: Site) -> None:
    """However fast they type: a leave in the log is followed by nothing of that person's."""
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        async with tab(bob, site=cluster, worker=0) as second:
            posts = [
                asyncio.create_task(room.post(f"{number}"))
                for number in range(300)
                for room in (bob, second)
            ]
            await ada.until(lambda view: len(view.bodies) > 20)
            await visitor_of(bob).leave(ada.code)
            answers = await asyncio.gather(*posts, return_exceptions=True)
            assert await bob.closed() == await second.closed() == 4500
        await ada.until(lambda view: events(ada)[2:] == ["leave Bob"])
        await fence([ada], "silence")
        fresh = await ada.fresh()
        left = next(m["seq"] for m in fresh.transcript if m["kind"] == "leave")
        said = {
            m["seq"] for m in fresh.transcript if m["kind"] == "chat" and m["body"] != "silence"
        }
        assert all(seq < left for seq in said)
        acked = {answer["seq"] for answer in answers if isinstance(answer, dict)}
        assert acked <= said, "what was acknowledged is there"
        refused = {answer.code for answer in answers if isinstance(answer, FrameRefused)}
        assert refused <= {"forbidden"}


async def test_a_doorbell_nobody_understands_does_not_end_the_hearing(
    hasty: Site, hasty_redis: RedisServer
) -> None:
    """Another version's, say, while workers are replaced one by one."""
    async with members_of_a_room(hasty, "Ada", "Bob") as [ada, bob]:
        query = "SELECT stream_id FROM rooms_room WHERE public_id = %s"
        [(stream,)] = hasty.rows(query, [ada.view.room["id"]])
        keys = hasty.env["CHAT_REDIS_KEYS"].split()
        layers = [
            PubSubLayer(hosts=[hasty_redis.url], symmetric_encryption_keys=keys)
            for keys in (keys, [])  # it has the key, or has it not yet
        ]
        odd: list[dict[str, Any]] = [
            {},
            {"type": "room.changed"},
            {"type": "room.changed", "stream": stream, "through": 99, "after": 98, "epoch": 1},
            {"type": "room.changed", "stream": stream, "through": "later"},
            {"type": "room.changed", "stream": [stream]},
            {"type": "room.moved", "stream": stream},
            # Of changes that never were.
            {
                "type": "room.changed",
                "stream": stream,
                "after": 98,
                "through": 99,
                "epoch": 1,
                "messages": b"[]",
            },
        ]
        for layer in layers:
            for notification in odd:
                await layer.group_send(group(ada.code, stream), notification)
            await layer.flush()
        delays = []
        for number in range(10):
            asked = time.monotonic()
            await fence([ada, bob], f"rung {number}")
            delays.append(time.monotonic() - asked)
        assert sorted(delays)[5] < 0.35


@pytest.mark.parametrize("worker", [0, 1])
async def test_a_worker_knows_messages_posted_while_it_had_no_socket_in_the_room(
    cluster: Site, worker: int
) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        stays, goes = (ada, bob) if worker else (bob, ada)
        for number in range(5):
            await goes.drop()
            await stays.post(f"said {number}")
            goes = await RoomSocket(goes.visitor, ada.code).connect()
            await stays.post(f"heard {number}")
            await all_see([goes, stays], f"heard {number}")
        await goes.close()


async def test_a_post_from_a_page_that_is_closed_at_once_is_seen_at_once(cluster: Site) -> None:
    """The worker it was posted through may have nobody in the room any more when it commits."""
    async with members_of_a_room(cluster, "Ada") as [ada], cluster.visitor("Bob", worker=1) as bob:
        await bob.join(ada.code)
        delays = []
        for number in range(10):
            socket = await bob.socket(ada.code).connect()
            await socket.send({"type": "post", "client_id": f"{number}", "body": f"bye {number}"})
            asked = time.monotonic()
            await socket.close()
            await all_see([ada], f"bye {number}")
            delays.append(time.monotonic() - asked)
        assert sorted(delays)[5] < 0.35, "rung for, not found by the poll"

"""A message typed here is seen there, at once, once, in one order, and was committed before."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.live.members import all_see, fence, members_of_a_room, tab
from tests.support.client import FrameRefused
from tests.support.view import decode
from tests.support.workers import Site

LONGEST = "😀" * 4000


async def test_a_post_is_seen_by_everyone_as_it_was_typed(stage: Site) -> None:
    bodies = [
        "hello",
        "two\nlines",
        "  kept  ",
        "<b>&amp;</b>",
        "שלום 王 👩🏽‍💻",
        LONGEST,
        "\x01\u202e",
    ]
    async with members_of_a_room(stage, "Ada", "Bob", "Eve") as rooms:
        for number, body in enumerate(bodies):
            await rooms[number % 3].post(body)
        for room in rooms:
            await room.until(lambda view: len(view.bodies) == len(bodies))
            assert room.view.bodies == bodies
            authors = [m["author"]["name"] for m in room.view.transcript if m["kind"] == "chat"]
            assert authors == ["Ada", "Bob", "Eve", "Ada", "Bob", "Eve", "Ada"]
        fresh = await rooms[0].fresh()
        assert all(room.view.difference(fresh) == "" for room in rooms)


async def test_times_are_those_of_the_commit_in_utc(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada") as [ada]:
        await ada.post("now")
        at = datetime.fromisoformat(ada.view.transcript[-1]["at"])
        assert at.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - at) < timedelta(seconds=30)


async def test_an_acknowledged_message_is_committed(stage: Site) -> None:
    query = "SELECT seq FROM history_message WHERE body = %s"
    async with members_of_a_room(stage, "Ada", "Bob") as rooms:
        for number, room in enumerate(rooms * 3):
            body = f"{room.code} {number}"
            ack = await room.post(body)
            assert stage.rows(query, [body]) == [(ack["seq"],)]


async def test_the_author_is_acknowledged_and_shown_it_like_everyone(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada") as [ada], tab(ada, site=stage, worker=-1) as other:
        ack = await ada.post("mine", client_id="chosen")
        assert ack == {"type": "ack", "client_id": "chosen", "seq": 2}
        for room in (ada, other):
            await all_see([room], "mine")
            assert room.view.messages[2]["client_id"] == "chosen"
        with_ref = await ada.ask("post", client_id="other", body="with a ref")
        assert (with_ref["client_id"], with_ref["seq"]) == ("other", 3)


async def test_a_refused_post_names_itself_and_takes_no_number(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        for body, code in (
            ("", "empty"),
            (" \n", "empty"),
            (LONGEST + "!", "too_long"),
            ("\0", "bad_frame"),
        ):
            with pytest.raises(FrameRefused) as refusal:
                await ada.post(body, client_id="same")
            assert refusal.value.code == code
            assert refusal.value.frame["client_id"] == "same"
        assert (await ada.post("at last", client_id="same"))["seq"] == 3
        await all_see([bob], "at last")


async def test_the_same_post_over_and_over_is_one_message(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        async with tab(ada, site=stage, worker=-1) as other:
            frame = {"type": "post", "client_id": "once", "body": "once"}
            for room in (ada, other) * 10:
                await room.send(frame)
            await asyncio.gather(
                ada.post("after", client_id="a"), other.post("after", client_id="b")
            )
            for room in (ada, other):
                assert room.view.acked["once"] in {3, 4, 5}
                acks = [
                    f["seq"]
                    for f in room.received
                    if f.get("client_id") == "once" and f["type"] == "ack"
                ]
                assert len(acks) == 10
                assert set(acks) == {ada.view.acked["once"]}
            # Somebody else's post may bear the same id.
            assert (await bob.post("once", client_id="once"))["seq"] == 6
        assert (await bob.fresh()).bodies.count("once") == 2


async def test_paging_back_reaches_the_first_message(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        await asyncio.gather(*(ada.post(f"message {number}") for number in range(230)))
        await bob.until(lambda view: len(view.bodies) == 230)
        async with tab(bob, site=stage, worker=0) as late:
            assert len(late.view.messages) == 50
            assert late.view.older
            pages = 0
            while late.view.older:
                page = await late.ask("page", before=min(late.view.messages), limit=33)
                pages += 1
                assert len(page["messages"]) <= 33
            assert pages == 6
            assert late.view.transcript == bob.view.transcript
            assert min(late.view.messages) == 1
            assert (await late.ask("page", before=1))["messages"] == []
            beyond = await late.ask("page", before=10**9, limit=1)
            assert [m["seq"] for m in beyond["messages"]] == [late.view.cursor]


async def test_the_longest_messages_come_in_frames_of_bounded_size(site: Site) -> None:
    """8 MB that were missed, told to a reader whose buffers are small: it is neither reset nor cut
    as too slow, and no frame is over 256 KiB."""
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        await bob.close()
        for start in range(0, 500, 50):
            await asyncio.gather(
                *(ada.post(f"{number:04}{LONGEST[4:]}") for number in range(start, start + 50))
            )
        # On a slow machine Bob has been away for long enough to have left, and comes in again.
        await ada.until(lambda view: view.cursor >= 502)
        with socket.socket() as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
            narrow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(
                narrow, ("127.0.0.1", site.workers[0].port)
            )
            place = f"/ws/rooms/{bob.code}/?after={bob.view.cursor}&room={bob.view.room['id']}"
            async with connect(
                site.workers[0].ws_url + place,
                sock=narrow,
                origin=Origin(site.url),
                additional_headers={"Cookie": bob.visitor.cookies()},
                compression=None,
            ) as connection:
                while bob.view.cursor < ada.view.cursor:
                    bob.view.apply(decode(await connection.recv()))
        assert bob.view.welcomes == ["reset", "resume"]
        async with tab(bob, site=site, worker=0) as fresh:
            assert fresh.view.older
            await fresh.load_all()
            assert fresh.view.digest() == bob.view.digest() == ada.view.digest()


async def test_typing_is_shown_to_the_others_and_not_too_often(stage: Site) -> None:
    async with (
        members_of_a_room(stage, "Ada", "Bob", "Eve") as [ada, bob, eve],
        tab(ada, site=stage, worker=-1) as second,
    ):
        for _ in range(20):
            await ada.send({"type": "typing"})
        for room in (bob, eve):
            await room.until(lambda view: bool(view.typing))
        await fence([ada, second, bob, eve], "sent")
        for room in (bob, eve):
            assert [user["name"] for user in room.view.typing] == ["Ada"]
        assert ada.view.typing == second.view.typing == []
        assert (await ada.fresh()).bodies == ["sent"]


async def test_a_member_who_posts_without_end_is_slowed_down_and_nobody_else(
    start_site: object,
) -> None:
    site: Site = start_site(settings={"CHAT_RATE_LIMITS": "on"})  # type: ignore[operator]
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        answers = await asyncio.gather(
            *(ada.post(f"{number}") for number in range(140)), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, FrameRefused)]
        assert 20 < len(refused) <= 40
        assert {(r.code, bool(r.retry_after)) for r in refused} == {("rate_limited", True)}
        await fence([bob, ada], "and I?")
        assert len(bob.view.bodies) == 1 + 140 - len(refused)

"""Edits, deletions, reactions and pins reach everyone as changes: at once, in one order, also on coming back."""

import asyncio
import random

import pytest

from tests.live.members import all_see, fence, members_of_a_room, tab
from tests.support.client import FrameRefused, RoomSocket
from tests.support.view import Message
from tests.support.workers import Site

EMOJIS = ["👍", "🎉", "❤️", "👩🏽‍💻"]


async def refused(room: RoomSocket, kind: str, **fields: object) -> str:
    with pytest.raises(FrameRefused) as refusal:
        await room.ask(kind, **fields)
    return refusal.value.code


async def test_everything_that_happens_to_a_message_is_seen_by_everyone(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        seq = (await bob.post("first"))["seq"]
        answer = await eve.ask("post", client_id="e1", body="hi @bob!", reply_to=seq)
        steps = [
            await bob.ask("edit", seq=seq, body="first **of all**"),
            await eve.ask("react", seq=seq, emoji="👍", on=True),
            await ada.ask("pin", seq=seq, on=True),
        ]
        changed = [step["changed"] for step in steps]
        assert changed == [answer["seq"] + n for n in (1, 2, 3)]
        for room in (ada, bob, eve):
            await room.until(lambda view: view.cursor == changed[-1])
            message = room.view.messages[seq]
            assert (message["body"], message["changed"]) == ("first **of all**", changed[-1])
            assert message["html"] == "<p>first <strong>of all</strong></p>"
            assert message["edited_at"]
            who = eve.view.you["id"]
            assert (message["reactions"], message["names"]) == ({"👍": [who]}, {who: "Eve"})
            assert message["pinned"]
            reply = room.view.messages[answer["seq"]]
            assert (reply["reply_to"], reply["mentions"]) == (seq, [bob.view.you["id"]])
            assert 'class="mention"' in reply["html"]
        async with tab(ada, site=stage, worker=-1) as other:
            assert [m["seq"] for m in other.view.pinned] == [seq]
            assert other.view.pinned[0] == other.view.messages[seq]
        await bob.ask("delete", seq=seq)
        for room in (ada, bob, eve):
            await room.until(lambda view: view.messages[seq]["deleted"])
            assert room.view.difference(await room.fresh()) == ""
            assert not {"html", "names", "pinned"} & room.view.messages[seq].keys()


async def test_an_impossible_change_is_refused_and_takes_no_number(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        seq = (await ada.post("hers"))["seq"]
        assert await refused(bob, "edit", seq=seq, body="his") == "forbidden"
        assert await refused(bob, "delete", seq=seq) == "forbidden"
        assert await refused(bob, "pin", seq=seq, on=True) == "forbidden"
        assert await refused(ada, "edit", seq=seq, body=" ") == "empty"
        assert await refused(ada, "edit", seq=seq, body="x" * 4001) == "too_long"
        assert await refused(ada, "react", seq=seq, emoji="x", on=True) == "bad_frame"
        for kind, more in (("edit", {"body": "x"}), ("delete", {}), ("post", {"client_id": "p"})):
            where = {"reply_to": 999, "body": "x"} if kind == "post" else {"seq": 999}
            assert await refused(ada, kind, **(where | more)) == "not_found"
        assert await refused(ada, "post", client_id="q", body="x", reply_to=1) == "not_found"
        assert (await bob.ask("react", seq=seq, emoji="👍", on=False))["changed"] == seq
        assert (await ada.post("next"))["seq"] == seq + 1


async def test_a_reply_that_was_not_acked_is_the_same_message_though_its_quote_is_gone(
    site: Site,
) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        seq = (await ada.post("quoted"))["seq"]
        frame = {"client_id": "again", "body": "an answer", "reply_to": seq}
        ack = await ada.ask("post", **frame)
        await ada.ask("delete", seq=seq)
        assert (await ada.ask("post", **frame))["seq"] == ack["seq"]


async def test_a_text_that_needs_preparing_is_not_overtaken(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        kinds = ("plain {}", "**bold** {}", "@bob {}", "plain too {}")
        said = [kinds[n % 4].format(n) for n in range(80)]
        acks = await asyncio.gather(*(ada.post(body) for body in said))
        numbers = [ack["seq"] for ack in acks]
        assert numbers == sorted(numbers)
        await all_see([bob], said[-1])
        assert bob.view.bodies == said


async def test_a_crowd_that_reacts_at_once_is_counted_once_each(cluster: Site) -> None:
    names = [f"Guest {n}" for n in range(12)]
    async with members_of_a_room(cluster, *names) as crowd:
        seq = (await crowd[0].post("well?"))["seq"]
        acks = await asyncio.gather(
            *(room.ask("react", seq=seq, emoji=e, on=True) for room in crowd for e in EMOJIS)
        )
        numbers = sorted(ack["changed"] for ack in acks)
        assert numbers == list(range(seq + 1, seq + 1 + len(acks)))
        for room in crowd:
            await room.until(lambda view: view.cursor == numbers[-1])
            given = room.view.messages[seq]["reactions"]
            assert {e: len(who) for e, who in given.items()} == dict.fromkeys(EMOJIS, len(crowd))
            assert sorted(room.view.messages[seq]["names"].values()) == sorted(names)


async def do_something(room: RoomSocket, dice: random.Random) -> None:
    """One of the verbs, at some message; what is refused is no change."""
    chats = [m for m in room.view.transcript if m["kind"] == "chat" and not m["deleted"]]
    target: Message = dice.choice(chats[-40:])
    seq = target["seq"]
    n = dice.randrange(10**6)
    verb = dice.choice(
        ["post"] * 4 + ["reply", "mention", "edit", "edit", "delete", "pin"] + ["react"] * 4
    )
    try:
        match verb:
            case "post":
                await room.post(f"said {n}")
            case "reply":
                await room.ask("post", client_id=f"{n}", body=f"re {n}", reply_to=seq)
            case "mention":
                await room.post(f"@owner _{n}_")
            case "edit":
                await room.ask("edit", seq=seq, body=f"now *{n}*")
            case "delete":
                await room.ask("delete", seq=seq)
            case "pin":
                await room.ask("pin", seq=seq, on=dice.random() < 0.7)
            case "react":
                await room.ask("react", seq=seq, emoji=dice.choice(EMOJIS), on=dice.random() < 0.7)
    except FrameRefused as refusal:
        if refusal.code not in {"forbidden", "not_found"}:
            raise


@pytest.mark.parametrize("number", [1, 2])
async def test_stale_state_and_changes_add_up_to_a_fresh_page(stage: Site, number: int) -> None:
    """Everyone does everything at once; some lose their connection and come back elsewhere."""
    dice = random.Random(number)
    async with members_of_a_room(stage, "Owner", "Ada", "Bob", "Eve") as rooms:
        await fence(rooms, "to begin with")
        for lap in range(6):
            away = rooms[1 + lap % 3]
            await away.drop()
            here = [room for room in rooms if room is not away]
            await asyncio.gather(*(do_something(room, dice) for room in here for _ in range(12)))
            away.visitor.base_url = dice.choice(stage.urls)
            await away.connect()
            await asyncio.gather(*(do_something(room, dice) for room in rooms for _ in range(3)))
        await fence(rooms, "the end")
        fresh = await rooms[0].fresh()
        for room in rooms:
            assert room.view.difference(fresh) == "", room.visitor.name
            assert "resume" in room.view.welcomes or room is rooms[0]
        head = "SELECT head FROM history_stream s JOIN rooms_room r ON r.stream_id = s.id WHERE public_id = %s"
        assert stage.rows(head, [fresh.room["id"]]) == [(fresh.cursor,)]


# Reading ------------------------------------------------------------------------------------------


async def test_how_far_one_has_read_is_kept_and_shown(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        seq = (await ada.post("read this"))["seq"]
        await all_see([bob, eve], "read this")
        ack = await bob.ask("read", seq=seq)
        assert ack["changed"] == bob.view.cursor
        who = bob.view.you["id"]
        for room in (ada, bob, eve):
            await room.until(lambda view: view.reads.get(who) == seq)
        await bob.ask("read", seq=1)  # it never goes back
        await bob.ask("read", seq=10**9)  # nor beyond what is there
        async with tab(bob, site=stage, worker=-1) as other:
            assert other.view.read == bob.view.cursor
            assert other.view.reads[who] == bob.view.cursor


async def test_only_members_who_agree_are_shown_reading(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        with site._connection() as (connection, mark):
            query = f"UPDATE rooms_user SET shows_reading = false WHERE public_id = {mark}"
            connection.execute(query, [bob.view.you["id"]])
        seq = (await ada.post("read this"))["seq"]
        await bob.ask("read", seq=seq)
        await ada.ask("read", seq=seq)
        await bob.until(lambda view: view.reads == {ada.view.you["id"]: seq})
        async with tab(bob, site=site, worker=0) as other:
            assert other.view.read == seq
            assert other.view.reads == {ada.view.you["id"]: seq}

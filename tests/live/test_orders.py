"""Actions of moderators hold at once on every worker, and all members concerned are told."""

import asyncio
import time

import pytest

from tests.live.members import all_see, fence, members_of_a_room, tab, visitor_of
from tests.support.client import FormRefused, FrameRefused, RoomSocket, SocketClosed, Visitor
from tests.support.workers import Site

AS_IT_IS = {"title": "", "slow_mode": "0", "grace": "3600", "history_open": "on"}


async def order(socket: RoomSocket, **wishes: str) -> None:
    await visitor_of(socket).order(socket.code, "settings/", **{**AS_IT_IS, **wishes})


async def judge(by: RoomSocket, verb: str, whom: RoomSocket, **fields: str) -> None:
    await visitor_of(by).order(by.code, f"people/{whom.view.you['id']}/{verb}/", **fields)


async def test_settings_and_roles_change_live_on_every_worker(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        await order(ada, title="Engines", locked="on", capacity="9")
        for room in (ada, bob, eve):
            await room.until(lambda view: view.room["title"] == "Engines")
            assert (room.view.room["locked"], room.view.room["capacity"]) == (True, 9)
        await judge(ada, "moderator", bob)
        await bob.until(lambda view: view.you["role"] == "moderator")
        await judge(bob, "mute", eve, minutes="10", reason="shouting")
        await eve.until(lambda view: view.you["muted_until"] is not None)
        assert eve.view.you["muted_for"] == "shouting"
        assert 590 < eve.view.you["muted_left"] <= 600
        async with tab(eve, site=cluster, worker=1) as other:
            assert 590 < other.view.you["muted_left"] <= 600
            for room in (eve, other):
                with pytest.raises(FrameRefused) as refusal:
                    await room.post("but")
                assert refusal.value.code == "muted"
                assert 590 < refusal.value.frame["retry_after"] <= 600
        await judge(bob, "unmute", eve)
        await eve.until(lambda view: view.you["muted_until"] is None)
        assert eve.view.you["muted_left"] == 0
        await fence([eve, ada, bob], "thanks")
        await judge(ada, "owner", bob)
        await ada.until(lambda view: view.you["role"] == "moderator")
        await bob.until(lambda view: view.you["role"] == "owner")
        await eve.until(lambda view: view.members[bob.view.you["id"]]["role"] == "owner")


async def test_an_ended_room_is_silent_for_a_minute_and_then_closes_for_all(
    cluster: Site,
) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        owner, code = visitor_of(ada), ada.code
        await owner.order(code, "end/plan/", minutes="45")
        for room in (ada, bob):
            await room.until(lambda view: "ends_at" in view.room)
        planned = bob.view.room["ends_at"]
        await owner.order(code, "end/")
        for room in (ada, bob):
            await room.until(lambda view: "ended_at" in view.room)
            assert room.view.room["ends_at"] < planned
            with pytest.raises(FrameRefused) as refusal:
                await room.post("but")
            assert refusal.value.code == "ended"
        await owner.order(code, "end/undo/")
        await bob.until(lambda view: "ended_at" not in view.room)
        assert bob.view.room["ends_at"] == planned
        await fence([bob, ada], "it goes on")
        await owner.order(code, "end/")
        cluster.execute(
            "UPDATE rooms_room SET ends_at = ends_at - interval '1 minute' "
            "WHERE ended_at IS NOT NULL"
        )
        for room in (ada, bob):
            assert await room.closed() == 4501


async def test_all_pages_of_who_hides_somebody_are_told_and_no_other_is(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        who = bob.view.you["id"]
        async with tab(ada, site=cluster, worker=1) as other:
            for hidden in ("yes", "no"):
                fields = {"person": who, "hidden": hidden}
                answer = await visitor_of(ada).submit("/account/hidden/", fields)
                assert answer.status_code in {200, 302}
                now = [who] if hidden == "yes" else None
                for room in (ada, other):
                    await room.until(lambda view, now=now: view.you.get("hidden") == now)
                async with tab(ada, site=cluster, worker=0) as late:
                    assert late.view.you.get("hidden") == now
            bob.received.clear()
            await fence([ada, bob], "hello")
            kinds = {frame["type"] for frame in bob.received}
            assert kinds <= {"events", "ack", "read"}, "nothing but what was said"


async def test_slow_mode_holds_for_a_person_over_all_workers(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        await order(ada, slow_mode="120")
        await bob.until(lambda view: view.room["slow_mode"] == 120)
        async with tab(bob, site=cluster, worker=0) as other:
            answers = await asyncio.gather(
                *(room.post(f"{n}") for n in range(5) for room in (bob, other)),
                return_exceptions=True,
            )
            refused = [answer for answer in answers if isinstance(answer, FrameRefused)]
            assert len(refused) == 9
            assert {answer.code for answer in refused} == {"rate_limited"}
            assert all(100 < answer.frame["retry_after"] <= 120 for answer in refused)
        for number in range(3):
            await ada.post(f"the owner may {number}")


@pytest.mark.parametrize("worker", [0, 1])
async def test_not_a_word_after_a_removal_reaches_the_removed_member(
    cluster: Site, worker: int
) -> None:
    """However fast it is said, and to whichever worker they are connected."""
    async with (
        members_of_a_room(cluster, "Ada") as [ada],
        cluster.visitor("Bob", worker=worker) as visitor,
    ):
        for _ in range(2):
            await visitor.join(ada.code)
            async with visitor.socket(ada.code) as bob:
                removing = asyncio.create_task(judge(ada, "remove", bob))
                while not removing.done():
                    await ada.post("and")
                for _ in range(5):
                    await ada.post("after that")
                assert await bob.closed() == 4502
                seen = [m["seq"] for f in bob.received for m in f.get("messages", ())]
            await ada.until(lambda view: view.names == ["Ada"])
            left = max(m["seq"] for m in ada.view.messages.values() if m["kind"] == "leave")
            assert max(seen) <= left, "the last they were told is that they go"


async def test_a_removed_or_banned_member_is_out_at_once_and_told_why(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        async with tab(bob, site=cluster, worker=0) as second:
            await judge(ada, "remove", bob, reason="off topic")
            for room in (bob, second):
                assert await room.closed() == 4502
                told = next(f for f in room.received if f["type"] == "error")
                assert told["message"] == "You were removed from this room: off topic"
        await ada.until(lambda view: view.names == ["Ada", "Eve"])
        with pytest.raises(SocketClosed) as closed:
            await RoomSocket(bob.visitor, bob.code).connect()
        assert closed.value.code == 4502
        await visitor_of(bob).join(bob.code)
        async with visitor_of(bob).socket(bob.code) as again:
            await judge(ada, "ban", again, reason="again")
            assert await again.closed() == 4502
        refusals = []
        for code in (bob.code, "ZZZZ"):
            with pytest.raises(FormRefused) as refusal:
                await visitor_of(bob).join(code)
            refusals.append((refusal.value.status, refusal.value.reason))
        assert refusals[0] == refusals[1], "a ban reads like a code of no room"
        # Another name in the same browser, and another browser on the same network.
        for keep in ({"device"}, set()):
            async with Visitor(cluster.urls[1], "Somebody else") as other:
                for cookie in visitor_of(bob).http.cookies.jar:
                    if cookie.name in keep:
                        other.http.cookies.set(cookie.name, cookie.value or "")
                with pytest.raises(FormRefused) as refusal:
                    await other.join(bob.code)
                assert refusal.value.status == 403
                assert "was banned from this room" in refusal.value.reason
        await fence([eve, ada], "on we go")


async def test_a_new_code_throws_nobody_out_and_kills_the_old_one(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        former = ada.code
        await visitor_of(ada).order(former, "code/")
        for room in (ada, bob, eve):
            await room.until(lambda view: view.room["code"] != former)
        code = ada.view.room["code"]
        delays = []
        for number in range(10):
            asked = time.monotonic()
            await fence([ada, bob, eve], f"rung {number}")
            delays.append(time.monotonic() - asked)
        assert sorted(delays)[5] < 0.35, "rung under the new code, not found by the poll"
        # A client that was away meanwhile knows only the old code and the room's id.
        await bob.drop()
        bob = await RoomSocket.connect(bob)
        assert bob.view.welcomes == ["reset", "resume"]
        answer = await visitor_of(bob).get(f"/rooms/{former}/")
        assert answer.headers["Location"] == f"/rooms/{code}/"
        async with cluster.visitor("Zoë", worker=1) as zoe:
            with pytest.raises(FormRefused) as refusal:
                await zoe.join(former)
            assert refusal.value.status == 404
            assert await zoe.join(code) == code
        await bob.close()


async def test_a_request_to_join_is_seen_by_moderators_and_granted(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        await order(ada, by_request="on")
        async with cluster.visitor("Eve", worker=1) as eve, cluster.visitor("Zoë") as zoe:
            for visitor in (eve, zoe):
                await visitor.join(ada.code)
                page = await visitor.get(f"/rooms/{ada.code}/")
                assert "You asked to be let in" in page.text
                with pytest.raises(SocketClosed):
                    await visitor.socket(ada.code).connect()
            await ada.until(lambda view: [w["name"] for w in view.waiting] == ["Eve", "Zoë"])
            ids = [waiting["id"] for waiting in ada.view.waiting]
            for who, verb in zip(ids, ("admit", "refuse"), strict=True):
                await visitor_of(ada).order(ada.code, f"people/{who}/{verb}/")
            await ada.until(lambda view: view.waiting == [])
            waits = [
                (await visitor.get(f"/rooms/{ada.code}/waiting/")).json() for visitor in (eve, zoe)
            ]
            assert waits == [{"waiting": False}] * 2
            assert "You were not let in" in (await zoe.get(f"/rooms/{ada.code}/")).text
            await eve.get(f"/rooms/{ada.code}/")
            async with eve.socket(ada.code) as there:
                await fence([there, ada, bob], "thank you")
        assert bob.view.waiting == [], "not a member's business"


async def test_earlier_messages_are_kept_from_newcomers_in_every_way(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        secret = (await bob.post("a secret"))["seq"]
        pinned = (await ada.post("a pinned secret"))["seq"]
        await ada.ask("pin", seq=pinned, on=True)
        await order(ada, history_open="")
        eve = cluster.visitor("Eve", worker=0)
        async with eve:
            await eve.join(ada.code)
            socket = eve.socket(ada.code)
            socket.view.is_newcomer = True
            async with socket as there:
                await fence([ada, bob, there], "welcome, Eve")

                def lacks_secrets() -> bool:
                    said = [*there.received, *there.view.messages.values()]
                    return "secret" not in f"{said}"

                assert there.view.pins == {}
                assert not there.view.older
                page = await there.ask("page", before=2**40)
                assert all(message["seq"] > pinned for message in page["messages"])
                assert (await there.ask("page", before=pinned + 1))["messages"] == []
                # Later changes of it, too: live, and on coming back.
                for body in ("a secret still", "the old secret"):
                    await bob.ask("edit", seq=secret, body=body)
                    await bob.post(f"changed to {len(body)}")
                    await all_see([there], f"changed to {len(body)}")
                for change in (("react", {"emoji": "👍", "on": True}), ("delete", {})):
                    with pytest.raises(FrameRefused) as refusal:
                        await there.ask(change[0], seq=secret, **change[1])
                    assert refusal.value.code == "not_found"
                await there.drop()
                await bob.ask("edit", seq=secret, body="one more secret")
                await ada.post("while you were away")
                await there.connect()
                await all_see([there], "while you were away")
                assert there.view.welcomes == ["reset", "resume"]
                assert lacks_secrets()
                transcript = await eve.get(f"/history/rooms/{there.view.room['id']}/")
                assert "secret" not in transcript.text
                assert "welcome, Eve" in transcript.text
        assert "one more secret" in (await ada.fresh()).bodies

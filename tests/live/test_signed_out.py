"""Signed out means shut out: open sockets follow their session, on every worker, with Redis or not."""

import time

import pytest

from tests.live.members import fence, members_of_a_room, tab, visitor_of
from tests.support.client import RoomSocket, SocketClosed, Visitor
from tests.support.services import RedisServer
from tests.support.workers import Site

PASSWORD = "seven green lanterns"
# Seconds within which a socket whose session was ended on a page is closed.
AT_ONCE = 5.0


async def register(visitor: Visitor, username: str) -> None:
    fields = {"username": username, "password": PASSWORD, "again": PASSWORD}
    answer = await visitor.submit("/account/register/", fields, form_at="/account/register/")
    assert answer.status_code == 302, answer.text


async def sign_in(visitor: Visitor, username: str, **more: str) -> None:
    fields = {"username": username, "password": PASSWORD, **more}
    answer = await visitor.submit("/account/login/", fields, form_at="/account/login/")
    assert answer.status_code == 302, answer.text


async def shut_out(sockets: list[RoomSocket], since: float) -> None:
    for socket in sockets:
        assert await socket.closed() == 4503
    assert time.monotonic() - since < AT_ONCE


async def test_a_guest_who_chooses_a_password_goes_on_and_is_marked(stage: Site) -> None:
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        await register(visitor_of(ada), f"ada{stage.urls[0][-4:]}")
        # Its key is another one now: the page comes back with it by itself.
        assert await ada.closed() == 4002
        await ada.connect()
        assert ada.view.you.get("registered") is True
        await fence([ada, bob], "still me")
        me = ada.view.you["id"]
        assert bob.view.members[me]["registered"] is True
        assert "registered" not in bob.view.members[bob.view.you["id"]]
        for room in (ada, bob):
            assert room.view.difference(await room.fresh()) == ""


async def test_ending_a_session_from_elsewhere_closes_its_sockets_only(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as [ada, bob],
        Visitor(cluster.urls[1], "Ada") as phone,
    ):
        laptop = visitor_of(ada)
        await register(laptop, "lace")
        assert await ada.closed() == 4002
        await ada.connect()
        await sign_in(phone, "lace")
        async with phone.socket(ada.code) as there:
            since = time.monotonic()
            await laptop.submit("/account/sessions/", {}, form_at="/account/")
            await shut_out([there], since)
            with pytest.raises(SocketClosed) as refusal:
                await phone.socket(ada.code).connect()
            assert refusal.value.code == 4503
        await fence([ada, bob], "the laptop stays")


@pytest.mark.parametrize("way", ["page", "silently"])
async def test_signing_out_closes_all_sockets_of_the_browser(cluster: Site, way: str) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob") as [ada, bob]:
        async with tab(ada, site=cluster, worker=1) as twin:
            if way == "page":
                since = time.monotonic()
                await visitor_of(ada).submit("/account/logout/", {}, form_at="/account/")
            else:  # as manage.py changepassword does
                since = time.monotonic()
                cluster.execute(
                    "UPDATE rooms_user SET password = 'x' WHERE public_id = %s",
                    [ada.view.you["id"]],
                )
            await shut_out([ada, twin], since)
        await bob.post("still here")


async def test_the_page_that_shows_a_code_is_told_by_whichever_worker_it_is_opened_at(
    cluster: Site,
) -> None:
    way = "/account/continue/"
    async with (
        members_of_a_room(cluster, "Ada", "Bob") as [ada, bob],
        Visitor(cluster.urls[1], "Phone") as phone,
    ):
        laptop, page = visitor_of(ada), "/account/handoff/"
        for browser in (laptop, phone):
            browser.http.headers["Accept"] = "application/json"
        made = await laptop.submit(page, {"room": ada.view.room["id"]}, form_at="/account/")
        token = {"token": made.json()["link"]}
        assert (await phone.submit(way, token, form_at=way)).status_code == 200
        await ada.frame(lambda frame: frame["type"] == "handoff")
        told = (await laptop.get(f"{page}state/")).json()
        yes = {"handoff": str(told["handoff"]), "answer": "yes"}
        await laptop.submit(f"{page}answer/", yes, form_at="/account/")
        came = await phone.submit(f"{way}in/", {}, form_at=way)
        assert came.json()["next"] == f"/rooms/{ada.code}/"
        async with phone.socket(ada.code) as there:
            assert there.view.you["id"] == ada.view.you["id"]
            await fence([ada, bob, there], "one person")
            assert bob.view.names == ["Ada", "Bob"]
        assert "handoff" not in {frame["type"] for frame in bob.received}, "it is hers alone"


async def test_with_redis_away_it_is_the_log_that_tells(
    hasty: Site, hasty_redis: RedisServer
) -> None:
    async with members_of_a_room(hasty, "Ada", "Bob") as [ada, bob]:
        hasty_redis.stop()
        try:
            async with tab(ada, site=hasty, worker=1) as twin:
                since = time.monotonic()
                await visitor_of(ada).submit("/account/logout/", {}, form_at="/account/")
                await shut_out([ada, twin], since)
            await bob.until(lambda view: view.names == ["Bob"])
        finally:
            hasty_redis.start()


async def test_a_guest_brought_along_is_another_person_to_everybody(cluster: Site) -> None:
    async with (
        members_of_a_room(cluster, "Ada", "Bob", "Guest") as [ada, bob, guest],
        Visitor(cluster.urls[1], "Countess") as countess,
    ):
        # An account that is in no room yet, made elsewhere.
        fields = {"name": "Countess", "username": "countess", "password": PASSWORD}
        fields |= {"again": PASSWORD}
        await countess.submit("/account/register/", fields, form_at="/account/register/")
        await guest.post("said as a guest")
        await fence([ada, bob, guest], "all have heard it")
        before = guest.view.you["id"]
        await sign_in(visitor_of(guest), "countess", bring="on")
        assert await guest.closed() == 4002
        await guest.connect()
        assert guest.view.you["id"] != before
        await fence([guest, ada, bob], "it is me")
        for room in (ada, bob, guest):
            assert room.view.names == ["Ada", "Bob", "Countess"]
            fresh = await room.fresh()
            assert room.view.difference(fresh) == ""
            assert "Guest" not in {m["author"]["name"] for m in room.view.transcript if m["author"]}


async def test_a_member_who_deletes_the_account_is_gone_from_every_open_page(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Regretful") as [ada, bob, gone]:
        seq = (await gone.post("better not said"))["seq"]
        await fence([ada, bob, gone], "all have heard it")
        since = time.monotonic()
        fields = {"texts": "erase", "sure": "on"}
        await visitor_of(gone).submit("/account/delete/", fields, form_at="/account/delete/")
        await shut_out([gone], since)
        await fence([ada, bob], "on we go")
        for room in (ada, bob):
            await room.until(lambda view: view.messages[seq]["deleted"])
            assert "better not said" not in room.view.bodies
            assert "Regretful" not in str(room.view.transcript)
            assert room.view.difference(await room.fresh()) == ""

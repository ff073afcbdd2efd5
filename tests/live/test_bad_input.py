"""Every bad frame has its coded answer, and leaves everyone else's socket alone."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.live.members import fence, members_of_a_room, visitor_of
from tests.support.client import (
    FormRefused,
    FrameRefused,
    HandshakeRefused,
    RoomSocket,
    SocketClosed,
)
from tests.support.workers import Site

KIB = 1024
POST = {"type": "post", "client_id": "c", "body": "hello"}


def padded(size: int) -> str:
    """A post of exactly `size` bytes, most of them in a field nobody reads."""
    return json.dumps(POST | {"junk": "x" * (size - len(json.dumps(POST | {"junk": ""})))})


BAD_FRAMES: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "bad_frame"),
    ("not JSON", "hello", "bad_frame"),
    ("half of it", '{"type": "post"', "bad_frame"),
    ("two at once", '{"type": "typing"}{"type": "typing"}', "bad_frame"),
    ("a list", "[]", "bad_frame"),
    ("null", "null", "bad_frame"),
    ("no type", "{}", "bad_frame"),
    ("unknown type", '{"type": "shout"}', "bad_frame"),
    ("type of the wrong type", '{"type": ["post"]}', "bad_frame"),
    ("binary", json.dumps(POST).encode(), "bad_frame"),
    ("deep lists", "[" * 60_000, "bad_frame"),
    ("deeper lists than it has room for", "[" * 100_000, "too_long"),
    ("deep objects", '{"a":' * 12_000, "bad_frame"),
    ("NaN", '{"type": "page", "before": NaN}', "bad_frame"),
    ("infinity", '{"type": "page", "before": -Infinity}', "bad_frame"),
    ("5,000 digits", '{"type": "page", "before": ' + "9" * 5000 + "}", "bad_frame"),
    ("an exponent", '{"type": "page", "before": 1e999999}', "bad_frame"),
    ("beyond 2^53", '{"type": "page", "before": 9007199254740993}', "bad_frame"),
    ("a fraction", '{"type": "page", "before": 2.5}', "bad_frame"),
    ("a truth for a number", '{"type": "page", "before": true}', "bad_frame"),
    ("a negative number", '{"type": "page", "before": -5}', "bad_frame"),
    ("too long a page", '{"type": "page", "before": 5, "limit": 101}', "bad_frame"),
    ("NUL", json.dumps(POST | {"body": "a\0b"}), "bad_frame"),
    ("NUL in an id", json.dumps(POST | {"client_id": "a\0b"}), "bad_frame"),
    ("a lone surrogate", '{"type": "post", "client_id": "c", "body": "\\ud800"}', "bad_frame"),
    ("no id", json.dumps(POST | {"client_id": None}), "bad_frame"),
    ("too long an id", json.dumps(POST | {"client_id": "c" * 65}), "bad_frame"),
    ("a number for text", json.dumps(POST | {"body": 7}), "bad_frame"),
    ("text for an object", json.dumps("post"), "bad_frame"),
    ("a ref of the wrong type", json.dumps(POST | {"ref": 7}), "bad_frame"),
    ("blank", json.dumps(POST | {"body": " \u200b\n"}), "empty"),
    ("over-long", json.dumps(POST | {"body": "😀" * 4001}), "too_long"),
    ("over 64 KiB", padded(64 * KIB + 1), "too_long"),
    ("under 1 MiB", padded(KIB * KIB - 100), "too_long"),
]


async def test_every_bad_frame_is_answered_and_the_socket_stays(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        for kind, data, code in BAD_FRAMES:
            ada.received.clear()
            await ada.send(data)
            answer = await ada.frame(lambda frame: frame["type"] == "error")
            assert answer["code"] == code, kind
            assert answer["message"], kind
        await fence([ada, bob], "still here, both of us")
        assert bob.view.bodies == ["still here, both of us"], "nobody else was told of any of it"
        assert not any(frame["type"] == "error" for frame in bob.received)
        assert ada.view.difference(await bob.fresh()) == ""


async def test_an_answer_names_the_frame_that_it_answers(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        for kind, fields in (("shout", {}), ("page", {"before": "x"}), ("post", {"body": ""})):
            with pytest.raises(FrameRefused) as refusal:
                await ada.ask(kind, **fields)  # type: ignore[arg-type]
            assert refusal.value.frame["ref"]


async def test_the_largest_frame_that_may_be_sent_is_taken(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        await ada.send(padded(64 * KIB))
        await ada.until(lambda view: view.bodies == ["hello"])


async def test_a_frame_over_a_mebibyte_ends_its_socket_and_no_other(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob", "Eve") as [ada, bob, eve]:
        await ada.send(padded(KIB * KIB + 1))
        assert await ada.closed() == 1009
        await bob.send(b"\0" * (KIB * KIB + 1))
        assert await bob.closed() == 1009
        await fence([eve], "still here")


async def test_text_that_is_not_utf_8_ends_its_socket_and_no_other(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        assert ada.connection is not None
        await ada.connection.send(b"\xff\xfe", text=True)
        assert await ada.closed() == 1007
        await fence([bob], "still here")


async def test_after_many_bad_frames_a_socket_is_given_up(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        for _ in range(40):
            await ada.send("nonsense")
        await fence([ada, bob], "forty are forgiven")
        for _ in range(40):
            try:
                await ada.send("nonsense")
            except SocketClosed:
                break
        assert await ada.closed() == 4504
        await fence([bob], "still here")


async def test_frames_sent_before_the_welcome_are_performed_after_it(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob]:
        async with handshake(site, ada) as eager:
            for frame in (
                json.dumps(POST),
                "nonsense",
                b"binary",
                '{"type": "page", "before": 2, "ref": "p"}',
            ):
                await eager.send(frame)
            kinds = [json.loads(await eager.recv())["type"] for _ in range(6)]
        assert kinds[0] == "welcome"
        assert sorted(kinds[1:]) == ["ack", "error", "error", "events", "page"]
        await bob.until(lambda view: view.bodies == ["hello"])


# Refused sockets ----------------------------------------------------------------------------------


def handshake(site: Site, known: RoomSocket, **options: Any) -> Any:
    """A socket as a program would open it; `cookie`, `origin`, `code` and `path` may be others."""
    cookie = options.pop("cookie", visitor_of(known).cookies())
    path = options.pop("path", f"/ws/rooms/{options.pop('code', known.code)}/")
    headers = {"Cookie": cookie} if cookie else {}
    return connect(
        f"{site.workers[0].ws_url}{path}",
        origin=options.pop("origin", site.url),
        additional_headers=headers | options.pop("headers", {}),
        proxy=None,
        compression=None,
        **options,
    )


async def close_code(opening: Any) -> int:
    """Return the close code of a socket that is let in no further than its handshake."""
    socket: ClientConnection
    async with opening as socket:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 15)
        assert socket.close_code is not None
        return socket.close_code


async def test_without_a_session_that_is_a_members_nobody_is_let_in(site: Site) -> None:
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob], site.visitor("Eve") as eve:
        await eve.create()
        dead = ["sessionid=" + "a" * 32, "sessionid=" + "a" * 4000]
        cookies = [
            *dead,
            "",
            "sessionid=",
            "sessionid=" + "é" * 32,
            'sessionid="\\000\\000\\000\\000\\000\\000\\000\\000"',
            "sessionid=' OR 1=1 --",
            "csrftoken=" + "a" * 32,
            eve.cookies(),
        ]
        for cookie in cookies:
            code = await close_code(handshake(site, ada, cookie=cookie.encode().decode("latin1")))
            # Nobody, or one whose session is no more.
            assert code == (4503 if cookie in dead else 4500), cookie
        await fence([ada, bob], "still here")
        assert ada.view.names == ["Ada", "Bob"]


async def test_one_bad_visitor_does_not_shut_out_those_who_come_with_it(cluster: Site) -> None:
    """They are asked about in one query."""
    async with members_of_a_room(cluster, "Ada") as [ada]:
        poison = ['sessionid="\\000aaaaaaaaa"', "sessionid=\x80\xff"]
        sockets = [RoomSocket(ada.visitor, ada.code) for _ in range(20)]
        codes = asyncio.gather(*(close_code(handshake(cluster, ada, cookie=p)) for p in poison * 5))
        await asyncio.gather(*(socket.connect() for socket in sockets))
        assert set(await codes) == {4500}
        await fence([ada, *sockets], "all here")
        for socket in sockets:
            await socket.close()


async def test_an_odd_cookie_does_not_hide_the_session(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        mine = visitor_of(ada).cookies()
        for odd in ('prefs={"a": [1, 2]}', "x=é", "=", "a b=c", 'q="unfinished', ";;"):
            async with handshake(
                site, ada, cookie=f"{odd}; {mine}".encode().decode("latin1")
            ) as socket:
                assert json.loads(await socket.recv())["type"] == "welcome"


async def test_no_code_leads_where_one_may_not_be(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        for code in ("ZZZZ", "AEIO", "%00", "B" * 13, "%F0%9F%98%80", "..", "%2e%2e", "'"):
            assert await close_code(handshake(site, ada, code=code)) == 4500
        await fence([ada], "still here")


async def test_a_handshake_for_no_room_is_refused_at_once(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        for path in (
            "/ws/",
            "/",
            "/ws/rooms/",
            f"/ws/rooms/{ada.code}/more/",
            "/admin/",
            "/ws/rooms/" + "B" * 41,
        ):
            with pytest.raises(InvalidStatus) as refused:
                await handshake(site, ada, path=path)
            assert refused.value.response.status_code in {403, 404}
        with pytest.raises((InvalidStatus, InvalidMessage)):
            await handshake(site, ada, path="/ws/rooms/" + "B" * 100_000)
        await fence([ada], "still here")


async def test_a_page_of_another_site_opens_no_socket(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        port = site.workers[0].port
        foreign = [
            None,
            "null",
            f"https://127.0.0.1:{port}",
            f"http://127.0.0.1:{port + 1}",
            "http://127.0.0.1",
            f"http://localhost:{port}",
            f"http://127.0.0.1.evil.example:{port}",
            f"http://evil.example:{port}",
            f"http://127.0.0.1:{port}/",
        ]
        malformed = ["", "http://", f"http://127.0.0.1:{port}@evil.example", "http://127.0.0.1:x"]
        for origin in foreign + malformed:
            with pytest.raises(InvalidStatus) as refused:
                await handshake(site, ada, origin=origin)
            status = refused.value.response.status_code
            assert status == 403 or (status == 400 and origin in malformed), origin
        with pytest.raises(InvalidStatus) as refused:
            await handshake(
                site, ada, origin="http://evil.example", headers={"Host": "evil.example"}
            )
        assert refused.value.response.status_code in {400, 403}
        with pytest.raises(HandshakeRefused):
            await RoomSocket(ada.visitor, ada.code, origin="http://evil.example").connect()
        await fence([ada], "still here")


# Forms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 41,
        "A\0da",
        "A\u202eda",
        "A\u200bda",
        "\u2800",
        "Z" + "\u0334" * 9,
        "x" * 10_000,
    ],
    ids=lambda name: ascii(name[:12]),
)
async def test_a_name_nobody_can_have_is_refused_with_the_reason(site: Site, name: str) -> None:
    async with site.visitor(name) as visitor:
        with pytest.raises(FormRefused) as refusal:
            await visitor.create()
        assert refusal.value.status == 422
        assert refusal.value.reason


async def test_every_code_of_no_room_is_refused_alike(site: Site) -> None:
    reasons = set()
    async with site.visitor("Eve") as eve:
        for code in (
            "ZZZZ",
            "AEIO",
            "Z\0ZZ",
            "Z" * 5000,
            "😀😀😀😀",
            "<b>",
            "../..",
            "' OR 1=1 --",
        ):
            with pytest.raises(FormRefused) as refusal:
                await eve.join(code)
            assert refusal.value.status == 404
            reasons.add(refusal.value.reason)
        assert len(reasons) == 1


async def test_pages_of_no_room_are_pages_all_the_same(site: Site) -> None:
    async with site.visitor("Eve") as eve:
        for code in ("ZZZZ", "AEIO", "%00", "%FF%FE", "%ED%A0%80", "Z" * 300, "%3Cscript%3E"):
            answer = await eve.get(f"/rooms/{code}/")
            assert answer.status_code in {200, 302, 404}, code
            assert "<script>" not in answer.text.split("</head>")[-1]


async def test_a_body_that_is_no_form_is_refused(site: Site) -> None:
    async with site.visitor("Eve") as eve:
        await eve.get("/")
        token = eve.http.cookies["csrftoken"]
        headers = {"X-CSRFToken": token, "Origin": site.url}
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        answers: list[httpx.Response] = [
            await eve.http.post(site.url + "/", content=b"\xff" * 100, headers=headers),
            await eve.http.post(site.url + "/", content=b"--x\r\nnonsense", headers=headers | kind),
            await eve.http.post(site.url + "/", data={"name": "x" * 300_000}, headers=headers),
            await eve.http.post(
                site.url + "/", data={f"f{n}": "" for n in range(2000)}, headers=headers
            ),
        ]
        assert {answer.status_code for answer in answers} <= {400, 403, 404, 413, 422}

"""The places of pages: bounded, and taken in order."""

import asyncio
import threading
from time import monotonic
from typing import Any

import pytest

from chatsite.web import pages
from chatsite.web.pages import PagesHandler
from chatsite.web.places import Places


def test_waiters_come_in_order_and_none_overtakes() -> None:
    places, came = Places(1, waiting=10), list[int]()
    assert [places.ask(lambda n=n: came.append(n)) for n in range(4)] == [True, False, False, False]  # type: ignore[misc]
    assert came == [0]
    for _ in range(4):
        places.release()
    assert came == [0, 1, 2, 3]
    assert places.ask(lambda: came.append(4))


def test_more_than_may_wait_are_refused() -> None:
    places, came = Places(1, waiting=2), list[int]()
    assert [places.ask(lambda n=n: came.append(n)) for n in range(4)] == [True, False, False, None]  # type: ignore[misc]
    for _ in range(3):
        places.release()
    assert came == [0, 1, 2]


def test_a_withdrawn_waiter_is_not_waited_for() -> None:
    places, came = Places(1, waiting=1), list[str]()
    places.ask(lambda: came.append("first"))

    def second() -> None:
        came.append("second")

    assert places.ask(second) is False
    assert places.withdraw(second)
    assert not places.withdraw(second)
    assert places.ask(lambda: came.append("third")) is False
    places.release()
    assert came == ["first", "third"]


def test_a_page_that_gave_its_place_up_has_it_back_before_pages_that_have_not_begun() -> None:
    places, came = Places(1, waiting=10), list[str]()
    assert places.acquire()
    places.ask(lambda: came.append("new"))
    waits = threading.Event()

    def come_back() -> None:
        waits.set()
        places.acquire()
        came.append("back")
        places.release()

    thread = threading.Thread(target=come_back)
    thread.start()
    waits.wait()
    while len(places._waiting) < 2:  # until it stands in the queue
        threading.Event().wait(0.001)
    places.release()
    thread.join()
    assert came == ["back", "new"]


def test_a_page_that_is_at_the_database_lends_its_place_until_it_ends() -> None:
    places, came = Places(1, waiting=10, lent=1), list[str]()
    places.ask(lambda: came.append("first"))
    first = places.enter()
    for name in ("second", "third"):
        places.ask(lambda name=name: came.append(name))  # type: ignore[misc]
    assert places.lend(before=monotonic()), "it computes"
    assert came == ["first"]

    def ask_the_database() -> None:
        places.lend(before=monotonic() - 60)
        assert came == ["first"], "it has just begun"
        assert places.lend(before=monotonic() + 1), "the third waits still"
        places.lend(before=monotonic() + 1)
        assert came == ["first", "second"], "one place may be lent"

    first.note_statement(ask_the_database)
    places.leave(first)
    assert came == ["first", "second"], "its place is the second's"
    places.leave(places.enter())
    assert came == ["first", "second", "third"]
    assert places._may_lend == 1


def test_a_page_that_has_lent_its_place_and_waits_for_its_turn_gets_one_again() -> None:
    places, came = Places(1, waiting=10, lent=1), list[str]()
    places.ask(lambda: came.append("first"))
    first = places.enter()
    places.ask(lambda: came.append("second"))
    first.note_statement(lambda: places.lend(before=monotonic() + 1))
    assert came == ["first", "second"]
    first.release()
    places.leave(places.enter())
    assert first.acquire()
    places.ask(lambda: came.append("third"))
    assert came == ["first", "second"]
    places.leave(first)
    assert came == ["first", "second", "third"]


def _scope(
    method: str = "GET", accept: bytes = b"text/html", path: str = "/nowhere/"
) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "query_string": b"",
            "headers": [(b"host", b"testserver"), (b"accept", accept)]}  # fmt: skip


async def _answer(handler: PagesHandler, scope: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    sent: list[dict[str, Any]] = []
    asked = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": b""}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await handler(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m["body"] for m in sent[1:]).decode()


async def test_beyond_the_bound_people_are_told_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "WAITING", 0)
    handler = PagesHandler()
    for _ in range(pages.PLACES):
        handler._places.acquire()
    status, headers, page = await _answer(handler, _scope())
    wait = headers["Retry-After"]
    assert status == 503
    assert 0 < int(wait) < 10
    assert f'http-equiv="refresh" content="{wait}"' in page
    assert "joining right now" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    # A form that was sent is sent again by its page's script, or by its writer.
    _, _, page = await _answer(handler, _scope("POST"))
    assert "http-equiv" not in page
    assert "data-sends-again" in page
    status, headers, text = await _answer(handler, _scope("POST", b"application/json"))
    assert status == 503
    assert '"code": "unavailable"' in text
    for _ in range(pages.PLACES):
        handler._places.release()
    status, _, _ = await _answer(handler, _scope())
    assert status == 404


async def test_a_visitor_who_goes_while_waiting_is_not_answered() -> None:
    handler = PagesHandler()
    for _ in range(pages.PLACES):
        handler._places.acquire()
    messages = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    await handler(_scope(), receive, None)
    assert not handler._places._waiting

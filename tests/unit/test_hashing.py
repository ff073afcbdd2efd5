"""Hashes wait for each other, and no page waits for them."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from chatsite.web.pages import PLACES, PagesHandler
from rooms import places
from rooms.errors import RateLimited
from rooms.hashing import Hashing, QueuedHasher

PATIENCE = 10


def hash_on_a_page(hashes: Hashing, place: threading.Semaphore, done: threading.Event) -> str:
    with place:
        places.here.place = place
        return hashes.run(lambda: str(done.wait(PATIENCE)))


def test_a_page_that_waits_for_a_hash_gives_its_place_to_another() -> None:
    hashes, place, done = Hashing(threads=1), threading.Semaphore(1), threading.Event()
    with ThreadPoolExecutor(3) as pages:
        waiting = [pages.submit(hash_on_a_page, hashes, place, done) for _ in range(3)]
        for _ in range(3):  # the others' turns: all three hold the place one after the other
            assert place.acquire(timeout=PATIENCE)
            place.release()
        done.set()
        assert [page.result(PATIENCE) for page in waiting] == ["True"] * 3
    assert place.acquire(blocking=False)


def test_when_too_many_wait_the_rest_are_told_to_come_back() -> None:
    hashes, began, done = Hashing(waiting=2), threading.Semaphore(0), threading.Event()

    def work() -> str:
        began.release()
        return str(done.wait(PATIENCE))

    with ThreadPoolExecutor(2) as pages:
        waiting = [pages.submit(hashes.run, work) for _ in range(2)]
        for _ in waiting:
            assert began.acquire(timeout=PATIENCE)
        with pytest.raises(RateLimited) as refusal:
            hashes.run(lambda: "")
        assert refusal.value.retry_after
        done.set()
        assert [page.result(PATIENCE) for page in waiting] == ["True"] * 2
    assert hashes.run(lambda: "again") == "again"


def test_the_stored_hash_is_djangos() -> None:
    ours, theirs = QueuedHasher(), PBKDF2PasswordHasher()
    encoded = ours.encode("seven green lanterns", "salt", 1000)
    assert encoded == theirs.encode("seven green lanterns", "salt", 1000)
    assert ours.verify("seven green lanterns", encoded)
    assert not ours.verify("seven red lanterns", encoded)


def test_passwords_are_hashed_on_the_threads_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def encode(*_: Any) -> str:
        threads.append(threading.current_thread().name)
        return "hashed"

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", encode)
    assert QueuedHasher().encode("seven green lanterns", "salt") == "hashed"
    assert threads[0].startswith("hash")


async def test_it_is_alive_while_every_page_waits() -> None:
    pages = PagesHandler()
    for _ in range(PLACES):
        assert pages._places.acquire()
    for method, status, body in (("GET", 200, b"ok\n"), ("HEAD", 200, b""), ("POST", 405, b"")):
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any], sent: list[dict[str, Any]] = sent) -> None:
            sent.append(message)

        scope = {"type": "http", "path": "/healthz", "method": method, "headers": []}
        async with asyncio.timeout(1):
            await pages(scope, None, send)
        assert (sent[0]["status"], sent[1]["body"]) == (status, body)
        assert (b"Cache-Control", b"no-store") in sent[0]["headers"]

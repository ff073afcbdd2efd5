"""A release is replaced by this one, worker by worker, while people talk and give orders."""

import asyncio
import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.browsing import browsing
from tests.faults.experiment import FULL, Experiment
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig, wait_until_ready
from tests.support.client import FrameRefused, RoomSocket, Visitor
from tests.support.programs import ROOT
from tests.support.refusals import may_come_back
from tests.support.view import RoomView

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

# The last commit of the release before: its workers have to live beside those of this one.
FORMER = "9fffa62"
# Spread over as long as it takes; the upgrade begins after 60 s.
LOAD = replace(FULL, rate=FULL.sends / 150)
# What a worker says of a message between workers, or of a row, that it cannot read.
_MISUNDERSTOOD = ("Traceback", "not understood", "could not be", "failed:")


@pytest.fixture
def former_release(tmp_path: Path) -> Path:
    """The files of the release before, out of this repository's history."""
    command = ["git", "-C", str(ROOT), "archive", FORMER]
    archive = subprocess.run(command, check=False, capture_output=True)
    assert archive.returncode == 0, (
        f"The release before, {FORMER}, is needed from the history of this repository, which a "
        f"shallow clone does not have: {archive.stderr.decode()}"
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(tmp_path / "former", filter="data")
    return tmp_path / "former"


@pytest.fixture
def old_rig(former_release: Path) -> Iterator[Rig]:
    with Rig(root=former_release) as rig:
        yield rig


@pytest.fixture(autouse=True)
def _no_history_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of the release before do not say which history their numbers are of."""
    welcome = RoomView._welcome
    monkeypatch.setattr(
        RoomView, "_welcome", lambda view, frame: welcome(view, {"history": view.history} | frame)
    )


async def test_upgrade_worker_by_worker(old_rig: Rig, results: Results) -> None:
    rig, told = old_rig, 0
    async with Experiment(rig, LOAD) as run, browsing(rig.base_url) as pages:

        async def fault() -> None:
            nonlocal told
            told += await orders(rig)
            await asyncio.to_thread(rig.site.upgrade)
            told += await orders(rig)
            for worker in rig.workers:
                assert await asyncio.to_thread(worker.terminate) == 0
                await asyncio.to_thread(worker.start)
                await asyncio.to_thread(wait_until_ready, worker)
                await asyncio.sleep(2)  # nginx's fail_timeout: it asks this one again
                told += await orders(rig)

        await run.run(fault)
        closes = {code for code in run.closes() if not may_come_back(code)}
        results.judge(
            "an upgrade, worker by worker",
            run,
            equals(f"failed of {pages.requests} HTTP requests", pages.failures, []),
            equals("close codes that shut somebody out", closes, set()),
            equals("posts refused", dict(run.refusals()), {}),
            equals("rooms in which orders were given", told, 5 * len(rig.workers)),
            equals("lines of workers that did not understand something", misunderstood(rig), []),
            at_most("everyone is back", run.back_after(), 3),
        )


async def orders(rig: Rig) -> int:
    """Give orders through each of the workers, in rooms with somebody at every worker; how many."""
    for first in range(len(rig.workers)):
        urls = [worker.base_url for worker in rig.workers[first:] + rig.workers[:first]]
        async with AsyncExitStack() as stack:
            visitors = [
                await stack.enter_async_context(Visitor(url, name))
                for url, name in zip(urls, ("Ada", "Bob", "Eve"), strict=True)
            ]
            code = await visitors[0].create()
            for visitor in visitors[1:]:
                await visitor.join(code)
            ada, bob, eve = [
                await stack.enter_async_context(visitor.socket(code)) for visitor in visitors
            ]
            await _live_through(ada, bob, eve)
    return len(rig.workers)


async def _live_through(ada: RoomSocket, bob: RoomSocket, eve: RoomSocket) -> None:
    """Everything is told to everybody, whichever release they are connected to."""
    owner, here = ada.visitor, [ada, bob, eve]
    assert isinstance(owner, Visitor)
    people = f"people/{bob.view.you['id']}"
    seq = (await bob.post("**hello** @Eve"))["seq"]
    await eve.ask("react", seq=seq, emoji="👍", on=True)
    await bob.ask("edit", seq=seq, body="hello @Ada")
    await ada.ask("pin", seq=seq, on=True)
    await owner.order(ada.code, f"{people}/mute/", minutes="10", reason="shouting")
    await _said(here, "Ada muted Bob for 10 minutes: shouting")
    with pytest.raises(FrameRefused, match="muted"):
        await bob.post("but")
    await owner.order(ada.code, f"{people}/unmute/")
    await _said(here, "Ada unmuted Bob.", "Ada lets Bob speak again.")
    settings = {"title": "Engines", "slow_mode": "0", "grace": "3600", "history_open": "on"}
    await owner.order(ada.code, "settings/", **settings)
    await _said(here, "Ada set the topic to “Engines”.", "Ada named the room “Engines”.")
    await owner.order(ada.code, f"{people}/moderator/")
    await _said(here, "Ada made Bob a moderator.")
    spam = (await eve.post("spam"))["seq"]
    await bob.ask("delete", seq=spam)
    await owner.order(ada.code, f"people/{eve.view.you['id']}/ban/", reason="spam")
    assert await eve.closed() == 4502
    # Of another release's worker a worker only takes a hint, and looks into the log and at its
    # sockets at once: the notice may come too late for whoever is banned, but never the reason.
    assert eve.received[-1]["message"] == "You were removed from this room: spam"
    await bob.post("quiet now")
    for room in (ada, bob):
        await room.until(lambda view: "quiet now" in view.bodies)
        assert "Ada banned Eve: spam" in _notices(room)
        await room.until(lambda view: view.names == ["Ada", "Bob"])
        await room.until(lambda view: view.members[bob.view.you["id"]]["role"] == "moderator")
        assert room.view.messages[spam]["deleted"]
        assert [message["body"] for message in room.view.pinned] == ["hello @Ada"]
        async with RoomSocket(room.visitor, room.code) as page:
            await page.until(lambda view, room=room: view.cursor >= room.view.cursor)
            assert room.view.difference(page.view) == ""
    assert "quiet now" not in eve.view.bodies


async def _said(rooms: list[RoomSocket], *sentences: str) -> None:
    """Wait until each room has shown a notice, in the words of this release or of the one before."""
    for room in rooms:
        await room.until(lambda view, room=room: not set(sentences).isdisjoint(_notices(room)))


def _notices(room: RoomSocket) -> list[str]:
    return [m["body"] for m in room.view.transcript if m["kind"] == "notice"]


def misunderstood(rig: Rig) -> list[str]:
    """The lines in which a worker complains."""
    lines = [line for worker in rig.workers for line in worker.log_text().splitlines()]
    return [line for line in lines if any(sign in line for sign in _MISUNDERSTOOD)]

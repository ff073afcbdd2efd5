"""Rooms that are asked for together are read together, and one that cannot be read spoils no other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from django.db import OperationalError

from history.log.entry import Change
from rooms.errors import Unavailable
from rooms.live import loader
from rooms.live import snapshot as snapshots
from rooms.live.loader import Loader, Wanted
from rooms.live.snapshot import People, Snapshot
from rooms.live.threads import DatabaseThreads


def snapshot(stream_id: int) -> Snapshot:
    info: Any = {"id": f"r_{stream_id}"}
    change = Change.of(stream_id=stream_id, after=0, through=0, epoch=0, messages=[])
    return Snapshot(info, change, 0, People(), waiting=[], pinned=[])


@pytest.fixture
async def loading() -> AsyncIterator[Loader]:
    threads = DatabaseThreads(name="loader")
    yield Loader(threads=threads)
    await threads.close()


async def load(loading: Loader, *streams: int) -> list[Snapshot | BaseException]:
    asked = [loading.load(stream_id=stream, room_id=1000 + stream) for stream in streams]
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_many_rooms_are_a_few_reads(loading: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[list[int]] = []

    def read(rooms: Sequence[Wanted]) -> dict[int, Snapshot]:
        assert all(room_id == 1000 + stream for stream, room_id in rooms)
        reads.append([stream for stream, _ in rooms])
        return {stream: snapshot(stream) for stream, _ in rooms}

    monkeypatch.setattr(snapshots, "load", read)
    count = 2 * loader.BATCH + 5
    found = await load(loading, *range(count))
    assert found == [snapshot(stream) for stream in range(count)]
    assert [len(some) for some in reads] == [loader.BATCH, loader.BATCH, 5]
    assert await load(loading, 7) == [snapshot(7)]


async def test_a_room_that_breaks_the_read_is_the_only_one_not_read(
    loading: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(rooms: Sequence[Wanted]) -> dict[int, Snapshot]:
        if 2 in dict(rooms):
            raise ValueError("a row that cannot be")
        return {stream: snapshot(stream) for stream, _ in rooms}

    monkeypatch.setattr(snapshots, "load", read)
    one, two, three = await load(loading, 1, 2, 3)
    assert (one, three) == (snapshot(1), snapshot(3))
    assert isinstance(two, ValueError)


async def test_a_room_that_is_gone_is_unavailable(
    loading: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "load", lambda rooms: {1: snapshot(1)})
    one, two = await load(loading, 1, 2)
    assert one == snapshot(1)
    assert isinstance(two, Unavailable)


async def test_a_database_that_is_away_is_not_asked_for_each_room(
    loading: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def read(rooms: Sequence[Wanted]) -> dict[int, Snapshot]:
        nonlocal calls
        calls += 1
        raise OperationalError("away")

    monkeypatch.setattr(snapshots, "load", read)
    answers = await load(loading, *range(loader.BATCH))
    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert calls == 2, "once more, as a connection may only have been broken"


async def test_a_caller_that_gives_up_waiting_holds_nobody_up(
    loading: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        snapshots, "load", lambda rooms: {stream: snapshot(stream) for stream, _ in rooms}
    )
    impatient = asyncio.create_task(loading.load(stream_id=1, room_id=1001))
    patient = asyncio.create_task(loading.load(stream_id=2, room_id=1002))
    await asyncio.sleep(0)  # both have asked
    impatient.cancel()
    assert await patient == snapshot(2)
    assert impatient.cancelled()

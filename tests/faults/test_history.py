"""Another history, another site, another room, another moment: nothing of one gets into the other."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.faults.experiment import FULL, Experiment, Scale
from tests.faults.results import Results, at_most, equals
from tests.faults.rig import Rig
from tests.support import programs
from tests.support.client import RoomSocket, SocketClosed, Visitor
from tests.support.services import Postgres
from tests.support.workers import Site

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(900)]

LOST = 5.0  # seconds of talk that the backup does not have
NOTICED = 3.0  # seconds until nobody is shown the former history any more, with the way back


async def _program(server: Postgres, name: str, *arguments: str | Path) -> None:
    command = [programs.require_postgres_directory() / name, *arguments]
    environment = os.environ | {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "chat"}
    await asyncio.to_thread(subprocess.run, command, check=True, env=environment)


def _database(site: Site) -> str:
    return site.database_url.rpartition("/")[2]


async def test_a_backup_is_restored_under_running_workers(
    rig: Rig, results: Results, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    async with Experiment(rig, FULL) as run:
        before = run.members[0].view.history
        restored_at = 0.0

        async def fault() -> None:
            nonlocal restored_at
            name, dump = _database(rig.site), tmp_path / "chat.dump"
            run.restored = run.heads()
            await _program(rig.postgres, "pg_dump", "--format=custom", f"--file={dump}", name)
            await asyncio.sleep(LOST)
            into = ("--clean", "--single-transaction", f"--dbname={name}", dump)
            await _program(rig.postgres, "pg_restore", *into)
            restored_at = loop.time()

        await run.run(fault)
        names = {member.view.history for member in run.members}
        # The last welcome of each: nothing else closes a socket in this run. Workers may notice the
        # commit before pg_restore has ended.
        back = max(member.recording.welcomed_at[-1] for member in run.members) - restored_at
        results.judge(
            "a backup is restored under running workers",
            run,
            equals("histories after it", (len(names), before in names), (1, False)),
            at_most("all begin anew", back, NOTICED),
        )


async def test_a_copy_of_the_database_is_tried_out_with_the_same_redis(
    rig: Rig, results: Results, tmp_path: Path
) -> None:
    async with Experiment(rig, FULL) as run:
        tried = 0

        async def fault() -> None:
            nonlocal tried
            dump, name = tmp_path / "chat.dump", rig.postgres.new_database()
            source = _database(rig.site)
            await _program(rig.postgres, "pg_dump", "--format=custom", f"--file={dump}", source)
            await _program(rig.postgres, "pg_restore", f"--dbname={name}", dump)
            url = rig.postgres.url(name)
            copy = Site(workers=1, database_url=url, redis_url=rig.redis.url)
            try:
                await asyncio.to_thread(copy.prepare)
                await asyncio.to_thread(copy.start)
                for member in run.members[: run.scale.rooms]:
                    async with RoomSocket(
                        member.visitor, member.code, base_urls=copy.urls
                    ) as trial:
                        for number in range(20):
                            await trial.post(f"only tried {number}")
                            tried += 1
            finally:
                await asyncio.to_thread(copy.stop)

        await run.run(fault)
        results.judge(
            "a copy of the database is tried out with the same Redis",
            run,
            equals("posts tried there", tried, 20 * run.scale.rooms),
            equals("sockets closed", run.closes().total(), 0),
            equals("posts refused", run.refusals().total(), 0),
        )


async def test_rooms_are_saved_while_people_talk(
    rig: Rig, results: Results, tmp_path: Path
) -> None:
    async with Experiment(rig, FULL) as run:
        beyond = refused = 0
        saved: list[Path] = []

        async def fault() -> None:
            nonlocal beyond
            for member in run.members[: run.scale.rooms]:
                assert isinstance(member.visitor, Visitor)
                room = member.view.room["id"]
                answer = await member.visitor.get(f"/history/rooms/{room}/export/?format=json")
                file = json.loads(answer.text)
                head = file["room"]["head"]
                beyond += sum(message["changed"] > head for message in file["messages"])
                path = tmp_path / f"{room}.json"
                path.write_text(answer.text)
                saved.append(path)

        await run.run(fault)
        for path in saved:
            try:
                await asyncio.to_thread(rig.site.manage, "importroom", str(path))
            except AssertionError:
                refused += 1
        results.judge(
            "rooms are saved as files while people talk",
            run,
            equals("files", len(saved), run.scale.rooms),
            equals("messages beyond their file's head", beyond, 0),
            equals("files that importroom refuses", refused, 0),
        )


async def test_a_code_is_given_to_another_room_while_its_people_are_away(
    rig: Rig, results: Results
) -> None:
    """Their outboxes are full when they come back; rooms that others are in go on."""
    scale = Scale(clients=40, rooms=4, rate=20, sends=600)
    async with Experiment(rig, scale) as run:
        strayed = closed = 0

        async def fault() -> None:
            nonlocal strayed, closed
            owner, member = Visitor(rig.base_url, "Owner"), Visitor(rig.base_url, "Member")
            async with owner, member:
                code = await owner.create()
                async with owner.socket(code), member.socket(await member.join(code)) as known:
                    pass
                view = known.view
                closing = (
                    f"UPDATE rooms_room SET closed_at = now() WHERE public_id = '{view.room['id']}'"
                )
                rig.site.execute(closing)
                other = await owner.create()
                rig.site.execute(f"UPDATE rooms_room SET code = '{code}' WHERE code = '{other}'")
                await member.join(code)
                async with owner.socket(code) as new:
                    for number in range(30):
                        late = RoomSocket(member, code)
                        late.view = view
                        try:
                            await late.connect()
                            await late.post(f"meant for the old room {number}")
                        except SocketClosed as error:
                            closed += error.code == 4501
                    await new.load_all()
                    strayed = sum(body.startswith("meant") for body in new.view.bodies)

        await run.run(fault)
        results.judge(
            "a code is given to another room",
            run,
            equals("posts that strayed into it", strayed, 0),
            equals("tries ended with 4501", closed, 30),
        )


async def test_people_come_by_the_form_while_the_last_one_leaves(
    rig: Rig, results: Results
) -> None:
    scale = Scale(clients=40, rooms=4, rate=20, sends=600)
    async with Experiment(rig, scale) as run:
        let_in = shut_out = 0

        async def one(number: int) -> None:
            nonlocal let_in, shut_out
            async with (
                Visitor(rig.base_url, f"First {number}") as first,
                Visitor(rig.base_url, f"Second {number}") as second,
            ):
                code = await first.create()
                # Shorter than the form offers: the room closes with the next sweep.
                rig.site.execute(f"UPDATE rooms_room SET grace = 0 WHERE code = '{code}'")
                async with first.socket(code) as room:
                    await asyncio.gather(second.join(code), room.ask("leave"))
                let_in += 1
                await asyncio.sleep(6)  # a page that takes its time, longer than any grace here
                try:
                    async with second.socket(code):
                        pass
                except SocketClosed:
                    shut_out += 1

        async def fault() -> None:
            for start in range(0, 60, 10):
                ones = (one(number) for number in range(start, start + 10))
                for error in await asyncio.gather(*ones, return_exceptions=True):
                    # Whoever was too late is told so by the form, and let in by nothing.
                    assert error is None or type(error).__name__ == "FormRefused", error

        await run.run(fault)
        results.judge(
            "people come by the form while the last one leaves",
            run,
            equals(f"of {let_in} let in, found it closed", shut_out, 0),
            equals("some were let in", let_in > 0, True),
        )

"""Hooks on real workers: real senders post, and a receiver has everything whatever is killed."""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Any

import apprise
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack

from rooms.hooks import cursors
from tests.live.hooked import Receiver, make, room_of_ada
from tests.live.members import eventually
from tests.support import documents
from tests.support.https import Asked, Server, answer
from tests.support.processes import free_port
from tests.support.workers import Site


async def run(command: str, **env: str) -> str:
    """Run a line of a shell; what it printed."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", command, stdout=asyncio.subprocess.PIPE, env=os.environ | env
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, command
    return output.decode()


async def test_the_commands_of_the_document_post(hasty: Site) -> None:
    async with room_of_ada(hasty) as (ada, socket):
        hook = hasty.url + await make(ada, socket.code)
        for command in documents.read("docs/HOOKS.md").blocks("sh")[0].splitlines():
            assert await run(f'curl() {{ command curl -s "$@"; }}; {command}', HOOK=hook) == "ok"
        await socket.until(lambda view: "sent twice, said once" in view.bodies)
        assert socket.view.bodies[:3] == [
            "The backup is *done*.",
            "[Build 7](https://ci.example.org/7) **failed**",
            "as a form",
        ]


async def test_apprise_posts_as_to_slack_mattermost_rocket_chat_and_discord(
    hasty: Site, monkeypatch: Any
) -> None:
    """Where a sender's path is its own, a server of the test's hands on what it sends."""
    came: list[Asked] = []

    async def hand_on(asked: Asked, writer: object) -> bytes:
        came.append(asked)
        return answer(200, b"ok")

    async with room_of_ada(hasty) as (ada, socket), Server(hand_on) as server:
        path = await make(ada, socket.code)
        token, host = path.removeprefix("/hooks/"), hasty.url.removeprefix("http://")
        elsewhere = f"http://127.0.0.1:{server.port}"
        monkeypatch.setattr(NotifySlack, "webhook_url", elsewhere)
        monkeypatch.setattr(NotifyDiscord, "notify_url", elsewhere)
        sender = apprise.Apprise()
        assert sender.add(f"mmost://{host}/{token}")
        assert sender.add(f"rocket://web/token1@127.0.0.1:{server.port}/%23general")
        assert sender.add("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23general")
        assert sender.add("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js")
        assert await sender.async_notify(
            title="Backup", body="On **db1**: [why](https://example.org/x)", body_format="markdown"
        )
        assert len(came) == 3
        for asked in came:
            headers = {"Content-Type": asked.headers["content-type"]}
            handed = await ada.http.post(hasty.url + path, content=asked.body, headers=headers)
            assert handed.text == "ok"
        await socket.until(lambda view: len(view.bodies) == 4)
        for body in socket.view.bodies:
            assert "Backup" in body
            assert "On **db1**: [why](https://example.org/x)" in body


async def test_the_receiver_of_the_document_answers(hasty: Site, tmp_path: Path) -> None:
    program = tmp_path / "receiver.py"
    program.write_text(documents.read("docs/HOOKS.md").blocks("python")[0])
    port = free_port()
    async with room_of_ada(hasty) as (ada, socket):
        fields = {"kind": "out", "url": f"http://127.0.0.1:{port}/", "events": "posted"}
        secret = await make(ada, socket.code, replies="on", **fields)
        env = os.environ | {"HOOK_SECRET": secret, "PORT": str(port)}
        receiver = await asyncio.create_subprocess_exec(sys.executable, str(program), env=env)
        try:
            asked = await socket.post("!echo hello")
            await socket.post("nothing")
            await socket.until(lambda view: "hello" in view.bodies)
            [reply] = [m for m in socket.view.transcript if m["body"] == "hello"]
            assert reply["reply_to"] == asked["seq"]
            assert reply["author"]["name"] == "Hook"
        finally:
            receiver.terminate()
            await receiver.wait()


async def pass_time(site: Site, seconds: float) -> None:
    """Have leases and pauses end that would end within this time."""
    with site.database() as rows:
        rows(f"UPDATE rooms_hookout SET due_at = due_at - interval '{seconds} seconds' RETURNING 1")


async def test_a_receiver_has_every_change_in_order_whoever_is_killed(hasty: Site) -> None:
    chance = random.Random(7)
    async with Receiver() as receiver, room_of_ada(hasty) as (ada, socket):
        receiver.secret = await make(
            ada, socket.code, kind="out", url=receiver.url, events="posted"
        )
        said = [f"message {n}" for n in range(12)]
        receiver.planned = [answer(chance.choice([204, 500, 503])) for _ in range(6)]
        for body in said[:4]:
            await socket.post(body)
        await receiver.until_came(1)
        # The workers go, and so does whatever they had under way.
        for worker in hasty.workers:
            worker.kill()
        for worker in hasty.workers:
            worker.start()
        await socket.connect()
        for body in said[4:8]:
            await socket.post(body)
        # The receiver goes for a while.
        await receiver.down()
        for body in said[8:]:
            await socket.post(body)
        await receiver.up()
        for _ in range(60):
            await pass_time(hasty, cursors.LEASE.total_seconds())
            if receiver.bodies == said:
                break
            await asyncio.sleep(0.5)
        assert receiver.bodies == said
        numbers = [int(name.rpartition("-")[2]) for name in receiver.came]
        assert numbers == sorted(numbers), "in order; what is repeated has the same name"


async def test_an_address_inside_gets_nothing(hasty: Site) -> None:
    async def welcome(asked: Asked, writer: object) -> bytes:
        return answer(204)

    async with (
        Server(welcome, address="127.0.0.2") as inside,
        room_of_ada(hasty) as (ada, socket),
    ):
        await make(ada, socket.code, kind="out", url="http://127.0.0.1:9/", events="posted")
        with hasty.database() as rows:
            rows(
                "UPDATE rooms_hookout SET url = %s WHERE room_id = "
                "(SELECT id FROM rooms_room WHERE code = %s AND closed_at IS NULL) RETURNING 1",
                [f"http://127.0.0.2:{inside.port}/", socket.code],
            )
        await socket.post("a secret")
        await eventually(lambda: _problem(hasty, socket.code) == "unreachable")
        assert inside.connections == 0


def _problem(site: Site, code: str) -> str:
    with site.database() as rows:
        found = rows(
            "SELECT h.problem FROM rooms_hookout h JOIN rooms_room r ON r.id = h.room_id "
            "WHERE r.code = %s AND r.closed_at IS NULL",
            [code],
        )
    return str(found[0][0])

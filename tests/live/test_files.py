"""Files over HTTP into rooms of running workers, and what becomes of them when those are killed."""

import asyncio
import hashlib
import random
from contextlib import suppress

import httpx

from chatsite.server.http import MAX_BODY
from tests.live.members import eventually, members_of_a_room
from tests.support.uploads import MIB, Uploader
from tests.support.workers import Site


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


async def test_a_file_goes_up_and_is_read_at_every_worker(stage: Site) -> None:
    data = noise(2 * MIB + 700_000)
    async with members_of_a_room(stage, "Ada", "Bob") as [ada, bob]:
        uploader = Uploader(ada.visitor, ada.code)
        path = (await uploader.begin(len(data), name="plan.bin")).headers["Location"]
        for number, start in enumerate(range(0, len(data), MIB)):
            ada.visitor.base_url = stage.urls[number % len(stage.urls)]
            answer = await uploader.piece(path, start, data[start : start + MIB])
            assert answer.status_code == 204, answer.text
        file_id = path.split("/")[2]
        await ada.ask("post", client_id="f1", body="", files=[{"id": file_id, "alt": "a plan"}])
        sent = {"id": file_id, "name": "plan.bin", "type": "application/octet-stream"}
        expected = [sent | {"size": len(data), "alt": "a plan"}]
        for socket in (ada, bob):
            await socket.until(
                lambda view: any(m.get("files") == expected for m in view.messages.values())
            )
        url = f"{path}plan.bin"
        answer = await bob.visitor.get(url)
        assert hashlib.sha256(answer.content).digest() == hashlib.sha256(data).digest()
        assert "Content-Encoding" not in answer.headers
        some = await bob.visitor.http.get(
            bob.visitor.base_url + url, headers={"Range": "bytes=1000000-1000009"}
        )
        assert (some.status_code, some.content) == (206, data[1_000_000:1_000_010])

        again = await ada.ask("post", client_id="f1", body="", files=[{"id": file_id}])
        await ada.ask("delete", seq=again["seq"])
        assert (await bob.visitor.get(url)).status_code == 404
        await eventually(lambda: not list((stage.directory / "files").glob(f"*/{file_id}/*")))


async def test_a_file_goes_on_after_its_worker_was_killed(hasty: Site) -> None:
    data = noise(2 * MIB)
    async with members_of_a_room(hasty, "Ada") as [ada]:
        uploader = Uploader(ada.visitor, ada.code)
        path = (await uploader.begin(len(data), first=data[:MIB])).headers["Location"]
        last = asyncio.create_task(uploader.piece(path, MIB, data[MIB:]))
        await asyncio.sleep(0)
        hasty.workers[0].kill()
        with suppress(httpx.TransportError):
            await last
        hasty.workers[0].restart()
        start = await uploader.offset(path)
        assert start in {MIB, 2 * MIB}, "pieces that were answered are there, and whole"
        answer = await uploader.piece(path, start, data[start:])
        while answer.status_code == 503:  # as the page does: the killed worker was looking at it
            await asyncio.sleep(float(answer.headers["Retry-After"]))
            answer = await uploader.piece(path, start, data[start:])
        assert answer.status_code == 204, answer.text
        got = await ada.visitor.get(f"{path}notes.bin")
        assert got.content == data


async def test_many_send_files_at_once_and_none_is_lost(cluster: Site) -> None:
    async with members_of_a_room(cluster, "Ada", "Bob", "Cy", "Di", "Eve") as sockets:

        async def send(number: int) -> None:
            socket = sockets[number % len(sockets)]
            data = noise(100_000 + number)
            uploader = Uploader(socket.visitor, socket.code)
            answer = await uploader.begin(len(data), first=data, client_id=f"f{number}")
            while answer.status_code in {429, 503}:
                await asyncio.sleep(float(answer.headers["Retry-After"]))
                answer = await uploader.begin(len(data), first=data, client_id=f"f{number}")
                if answer.status_code == 200:  # begun already: it goes on
                    path, start = answer.headers["Location"], int(answer.headers["Upload-Offset"])
                    answer = await uploader.piece(path, start, data[start:])
            assert answer.status_code in {201, 204}, answer.text
            begun = await uploader.begin(len(data), client_id=f"f{number}")
            file_id = begun.headers["Location"].split("/")[2]
            await socket.ask("post", client_id=f"m{number}", body="", files=[{"id": file_id}])

        await asyncio.gather(*(send(number) for number in range(100)))
        for socket in sockets:
            await socket.until(
                lambda view: sum(len(m.get("files", ())) for m in view.messages.values()) == 100
            )


async def test_only_a_file_has_a_long_body(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        uploader = Uploader(ada.visitor, ada.code)
        path = (await uploader.begin(5 * MIB)).headers["Location"]
        for where, size in ((path, MIB + 1), (f"/rooms/{ada.code}/leave/", MAX_BODY + 1)):
            try:
                answer = await uploader.ask("POST", where, content=bytes(size))
            except httpx.TransportError:
                continue  # the connection was closed while the body was on its way
            assert answer.status_code == 413
        assert await uploader.offset(path) == 0

"""The HTTP API: what a bot's socket can do, a request at a time, with the same promises."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.live.members import all_see, fence, members_of_a_room, visitor_of
from tests.live.test_bots import Bot, make_bot, shown_key
from tests.support import documents
from tests.support.client import RoomSocket
from tests.support.workers import Site

DOC = documents.read("docs/API.md")


@asynccontextmanager
async def a_bot_of(site: Site, ada: RoomSocket) -> AsyncIterator[tuple[Bot, httpx.AsyncClient]]:
    """A bot in Ada's room, and its way to the API of the last worker."""
    bot = await make_bot(site, ada)
    async with api_of(bot) as api:
        yield bot, api


def api_of(bot: Bot) -> httpx.AsyncClient:
    base = f"{bot.base_url}/api/v1"
    return httpx.AsyncClient(base_url=base, headers=bot.headers(), trust_env=False, timeout=40)


async def test_a_message_is_one_however_often_it_is_posted(stage: Site) -> None:
    async with (
        members_of_a_room(stage, "Ada", "Bob") as [ada, bob],
        a_bot_of(stage, ada) as (_, api),
    ):
        there = f"/rooms/{ada.code}/messages"
        post = {"json": {"body": "green"}, "headers": {"Idempotency-Key": "build-7"}}
        answers = await asyncio.gather(*(api.post(there, **post) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {201}
        [seq] = {answer.json()["seq"] for answer in answers}
        await fence([bob, ada], "all have heard it")
        assert bob.view.bodies.count("green") == 1
        assert bob.view.messages[seq]["author"]["bot"] is True

        one = f"{there}/{seq}"
        assert (await api.put(f"{one}/reactions/👍")).status_code == 200
        assert (await api.patch(one, json={"body": "blue"})).status_code == 200
        page = (await api.get(there, params={"after": seq - 1, "limit": 1})).json()
        assert page["messages"][0]["body"] == "blue"
        assert list(page["messages"][0]["reactions"]) == ["👍"]
        assert page["newer"] is True
        assert (await api.delete(one)).status_code == 200
        await bob.until(lambda view: view.messages[seq]["deleted"])
        assert bob.view.difference(await bob.fresh()) == ""

        mine = (await bob.post("Bob's own"))["seq"]
        refused = await api.patch(f"{there}/{mine}", json={"body": "the bot's"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
        assert (await api.get("/rooms/ZZZZ")).status_code == 404
        assert (await api.post(there, content=b"[1")).json()["error"]["code"] == "bad_frame"


async def test_who_waits_for_news_is_told_and_misses_nothing(stage: Site) -> None:
    async with (
        members_of_a_room(stage, "Ada", "Bob") as [ada, bob],
        a_bot_of(stage, ada) as (_, api),
    ):
        there = f"/rooms/{ada.code}/events"
        first = (await api.get(there)).json()
        assert first["mode"] == "reset"
        at: dict[str, Any] = {"history": first["history"], "after": first["through"]}
        waiting = asyncio.create_task(api.get(there, params={**at, "wait": 30}))
        bodies = [f"news {number}" for number in range(20)]
        for body in bodies:
            await bob.post(body)
        seen: list[str] = []
        while len(seen) < len(bodies):
            told = (await waiting).json()
            assert (told["mode"], told["after"]) == ("resume", at["after"])
            seen += [message["body"] for message in told["messages"]]
            at["after"] = told["through"]
            waiting = asyncio.create_task(api.get(there, params={**at, "wait": 30}))
        waiting.cancel()
        assert seen == bodies
        quiet = (await api.get(there, params={**at, "wait": 0})).json()
        assert (quiet["messages"], quiet["through"]) == ([], at["after"])


async def events(answer: httpx.Response, count: int) -> list[dict[str, str]]:
    """Return the next events of a stream that lead somewhere."""
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "id" in event:
            found.append(event)
            event = {}
            if len(found) == count:
                break
        else:
            event = {}
    return found


async def test_a_stream_goes_on_where_it_was_broken_off(stage: Site) -> None:
    async with (
        members_of_a_room(stage, "Ada", "Bob") as [ada, bob],
        a_bot_of(stage, ada) as (_, api),
    ):
        there, head = f"/rooms/{ada.code}/events", {"Accept": "text/event-stream"}
        async with api.stream("GET", there, headers=head) as answer:
            assert answer.headers["Content-Type"] == "text/event-stream"
            [welcome] = await events(answer, 1)
            assert welcome["event"] == "welcome"
        for number in range(5):
            await bob.post(f"meanwhile {number}")
        head["Last-Event-ID"] = welcome["id"]
        async with api.stream("GET", there, headers=head) as answer:
            [resumed] = await events(answer, 1)
            told = json.loads(resumed["data"])
            assert told["mode"] == "resume"
            assert [m["body"] for m in told["messages"]] == [f"meanwhile {n}" for n in range(5)]


async def test_curl_misses_nothing_when_its_server_restarts(hasty: Site) -> None:
    """It comes back with the id of the last event, as a browser does, to the same worker."""
    async with members_of_a_room(hasty, "Ada") as [ada], a_bot_of(hasty, ada) as (bot, _):
        said = [f"line {number}" for number in range(40)]
        last, seen, served = "", [], 0
        half, over = asyncio.Event(), said[-1]

        async def talk() -> None:
            for body in said:
                await ada.post(body)
                if body == said[9]:
                    await half.wait()  # until the stream has been seen to work

        async def restart() -> None:
            await half.wait()
            await asyncio.to_thread(hasty.workers[-1].restart)

        talking, restarting = asyncio.create_task(talk()), asyncio.create_task(restart())
        while over not in seen:
            served += 1
            curl = await asyncio.create_subprocess_exec(
                *("curl", "-sN", "--noproxy", "*", "--retry", "40", "--retry-delay", "1"),
                *("--retry-connrefused", "-H", "Accept: text/event-stream"),
                *("-H", f"Authorization: Bearer {bot.key}"),
                *(("-H", f"Last-Event-ID: {last}") if last else ()),
                f"{bot.base_url}/api/v1/rooms/{ada.code}/events",
                stdout=asyncio.subprocess.PIPE,
            )
            assert curl.stdout is not None
            async for line in curl.stdout:
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    last = value
                elif name == "data":
                    told = json.loads(value)
                    assert told.get("mode") in {None, "resume"} or served == 1
                    seen += [m["body"] for m in told.get("messages", ()) if m["body"] in said]
                if said[9] in seen:
                    half.set()
                if over in seen:
                    curl.terminate()
            await curl.wait()
        await asyncio.gather(talking, restarting)
        assert seen == said, "each once, in order"
        assert served > 1


async def test_a_stream_ends_with_its_key(site: Site) -> None:
    async with (
        members_of_a_room(site, "Ada", "Bob") as [ada, bob],
        a_bot_of(site, ada) as (_, api),
    ):
        there, head = f"/rooms/{ada.code}/events", {"Accept": "text/event-stream"}
        async with api.stream("GET", there, headers=head) as answer:
            await shown_key(ada, bot=(await api.get("/me")).json()["id"])
            text = "".join([part async for part in answer.aiter_text()])
        assert 'event: close\ndata: {"code":4503}' in text
        assert (await api.get("/me")).status_code == 401
        await bob.post("talk goes on")


async def test_when_its_owner_is_out_so_is_the_bot(site: Site) -> None:
    async with (
        members_of_a_room(site, "Ada", "Bob") as [ada, bob],
        a_bot_of(site, ada) as (_, api),
    ):
        await ada.ask("leave")
        for answer in (
            await api.get(f"/rooms/{ada.code}"),
            await api.get(f"/rooms/{ada.code}/messages"),
            await api.get(f"/rooms/{ada.code}/events"),
            await api.post(f"/rooms/{ada.code}/messages", json={"body": "still here"}),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        assert (await api.get("/rooms")).json() == {"rooms": []}
        await fence([bob], "nobody heard a bot")
        assert "still here" not in bob.view.bodies


async def test_a_room_that_a_bot_makes_is_its_owner_s(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada], a_bot_of(site, ada) as (bot, api):
        made = await api.post("/rooms", json={"title": "Night builds"})
        assert made.status_code == 201
        code = made.json()["room"]["code"]
        async with visitor_of(ada).socket(code) as there, RoomSocket(bot, code) as builds:
            assert (there.view.you["role"], builds.view.you["role"]) == ("owner", "member")
        assert [room["code"] for room in (await api.get("/rooms")).json()["rooms"]] == [
            ada.code,
            code,
        ]


async def test_a_cookie_opens_nothing_here_and_no_key_is_logged(site: Site) -> None:
    async with members_of_a_room(site, "Ada") as [ada], a_bot_of(site, ada) as (bot, api):
        browser = {"Cookie": visitor_of(ada).cookies(), "Origin": bot.base_url}
        async with httpx.AsyncClient(headers=browser, trust_env=False) as stranger:
            for path in ("me", "rooms", f"rooms/{ada.code}/messages"):
                answer = await stranger.get(f"{bot.base_url}/api/v1/{path}")
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            answer = await stranger.get(f"{bot.base_url}/api/v1/me?access_token={bot.key}")
            assert answer.status_code == 401
        answer = await api.get("/me")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers
        assert bot.key not in answer.text
        assert bot.key not in site.workers[0].process.log.read_text()


async def test_the_examples_of_the_documents_do_what_they_say(site: Site) -> None:
    _, *examples = re.findall(r"```sh\n(.*?)```", DOC.text, re.DOTALL)
    assert len(examples) == 6
    async with members_of_a_room(site, "Ada") as [ada], a_bot_of(site, ada) as (bot, _):
        answers: list[str] = []
        for example in examples:
            process = await asyncio.create_subprocess_exec(
                *("bash", "-ec", f"set -o pipefail\n{example}"),
                env={
                    "PATH": "/usr/bin:/bin",
                    "CHAT": f"{bot.base_url}/api/v1",
                    "ROOM": ada.code,
                    "KEY": f"Authorization: Bearer {bot.key}",
                    "SEQ": str(json.loads(answers[0])["seq"]) if answers else "",
                    "FILE": _sent_file(ada),
                },
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
            assert process.returncode == 0, example
            answers.append(out.decode())
        await all_see([ada], "Build 7 is **green**")
        await all_see([ada], "The report")
        posted, page, reaction, _, report, stream = answers
        assert report == "all 812 passed"
        assert json.loads(posted)["client_id"] == "build-7"
        assert "Build 7" in page
        assert "changed" in json.loads(reaction)
        seq = json.loads(posted)["seq"]
        assert list(ada.view.messages[seq]["reactions"]) == ["👀"]
        assert [m["files"][0]["name"] for m in ada.view.transcript if m.get("files")] == [
            "report.txt"
        ]
        assert stream.startswith("event: welcome\nid: ")


def _sent_file(ada: RoomSocket) -> str:
    """Return the id of the file in the last message, if it has one."""
    files = ada.view.transcript[-1].get("files")
    return str(files[0]["id"]) if files else ""


async def test_a_file_of_any_size_is_sent_in_pieces_and_downloaded_by_those_who_may(
    site: Site,
) -> None:
    data = bytes(range(256)) * 4 * 1024 + b"the end" * 100_000
    async with members_of_a_room(site, "Ada", "Bob") as [ada, bob], a_bot_of(site, ada) as (_, api):
        there = f"/rooms/{ada.code}/files"
        first = await api.post(
            there,
            params={"name": "core.bin", "size": len(data)},
            content=data[: 2**20],
            headers={"Idempotency-Key": "core"},
        )
        assert (first.status_code, first.json()["offset"]) == (201, 2**20)
        one = f"{there}/{first.json()['id']}"
        assert (await api.get(one)).status_code == 404, "half of it is nobody's yet"
        ended = await api.patch(one, params={"start": 2**20}, content=data[2**20 :])
        assert (ended.status_code, ended.json()["offset"]) == (200, len(data))
        again = await api.patch(one, params={"start": 2**20}, content=data[2**20 :])
        assert again.json() == ended.json()
        said = {"body": "", "files": [{"id": ended.json()["id"]}]}
        seq = (await api.post(f"/rooms/{ada.code}/messages", json=said)).json()["seq"]
        await bob.until(lambda view: seq in view.messages)

        whole = await api.get(one)
        assert whole.content == data
        assert whole.headers["Content-Type"] == "application/octet-stream"
        assert 'filename="core.bin"' in whole.headers["Content-Disposition"]
        part = await api.get(one, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, data[10:20])
        assert (await api.get(one, headers={"Range": "bytes=9999999-"})).status_code == 416
        known = {"If-None-Match": whole.headers["ETag"]}
        assert (await api.get(one, headers=known)).status_code == 304
        head = await api.head(one)
        assert (head.headers["Content-Length"], head.content) == (str(len(data)), b"")
        assert [each["id"] for each in (await api.get(there)).json()["files"]] == [
            ended.json()["id"]
        ]

        async with site.visitor("Eve") as eve:
            elsewhere = f"/rooms/{await eve.create()}/files/{ended.json()['id']}"
            nothing = f"{there}/f_00000000", f"{there}/x"
            for path, code in (elsewhere, "not_found"), *((path, "no_file") for path in nothing):
                refused = await api.get(path)
                assert (refused.status_code, refused.json()["error"]["code"]) == (404, code)
        await api.delete(f"/rooms/{ada.code}/messages/{seq}")
        assert (await api.get(one)).status_code == 404, "deleted with its message"

"""What a request that goes out tells of the site, how many wait for each other, and how much of an answer is read."""

import asyncio
import gzip
from typing import Any

import pytest

from rooms.outbound.outcomes import Outcome, requests
from tests.security.going_out import Names, hello, outcome, plain
from tests.support.https import Asked, Server, answer


async def test_an_answer_is_read_up_to_a_bound_also_when_it_is_compressed(allowed: None) -> None:
    bomb, deaf = gzip.compress(b"0" * 1_000_000), gzip.compress(b"fine")

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        match asked.path:
            case "/big":
                return answer(200, b"0" * 2000)
            case "/bomb":
                return answer(200, bomb, Content_Encoding="gzip")
            case "/fine":
                return answer(200, deaf, Content_Encoding="gzip")
            case "/brotli":
                return answer(200, b"x", Content_Encoding="br")
            case "/broken":
                return answer(200, b"x", Content_Encoding="gzip")
            case "/nonsense":
                return b"nonsense\r\n\r\n"
            case "/cut":
                writer.write(answer(200, b"all of it")[:-3])
                return None
            case _:  # a byte now and then, for ever
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not writer.is_closing():
                    writer.write(b".")
                    await asyncio.sleep(0.01)
                return None

    async with Server(respond) as server:
        going = plain(server.port, body_max=1000, total=0.5)
        url = f"http://127.0.0.1:{server.port}"
        assert len(bomb) < 2000
        assert (await going.request("GET", url + "/fine")).body == b"fine"
        for path, expected in {
            "/big": Outcome.TOO_BIG, "/bomb": Outcome.TOO_BIG, "/brotli": Outcome.BROKEN,
            "/broken": Outcome.BROKEN, "/nonsense": Outcome.BROKEN, "/cut": Outcome.BROKEN,
            "/drip": Outcome.SLOW,
        }.items():  # fmt: skip
            assert await outcome(going, url + path) == expected, path
        await going.close()


async def test_a_request_tells_who_asks_and_nothing_of_before(
    allowed: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://chat.example.org"]
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    async def cookies(asked: Asked, writer: object) -> bytes:
        return answer(200, Set_Cookie="a=b; Path=/")

    async with Server(cookies) as server:
        going = plain(server.port, resolver=Names(push_test=["127.0.0.1"]))
        for _ in range(2):
            await going.request("GET", f"http://push.test:{server.port}/")
        assert [asked.headers.get("cookie") for asked in server.asked] == [None, None]
        assert "https://chat.example.org" in server.asked[0].headers["user-agent"]
        await going.close()


async def test_requests_to_one_host_wait_for_each_other(allowed: None) -> None:
    under_way, most, come, release = 0, 0, asyncio.Event(), asyncio.Event()

    async def respond(asked: Asked, writer: object) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        come.set()
        await release.wait()
        under_way -= 1
        return answer(200)

    async with Server(respond) as server:
        going = plain(server.port, total=5)
        url = f"http://127.0.0.1:{server.port}/"
        tasks = [asyncio.create_task(outcome(going, url)) for _ in range(3)]
        await come.wait()
        assert not going.has_room("127.0.0.1")
        release.set()
        assert await asyncio.gather(*tasks) == [Outcome.ANSWERED] * 3
        assert most == 1
        assert going.has_room("127.0.0.1")
        await going.close()


async def test_a_site_that_sends_nothing_sends_nothing(allowed: None, settings: Any) -> None:
    settings.CHAT_OUTBOUND = False
    async with Server(hello) as server:
        going = plain(server.port)
        assert await outcome(going, f"http://127.0.0.1:{server.port}/") == Outcome.OFF
        assert server.connections == 0
        await going.close()


async def test_what_became_of_requests_is_counted(allowed: None) -> None:
    async with Server(hello) as server:
        going = plain(server.port, purpose="counted")
        await outcome(going, f"http://127.0.0.1:{server.port}/")
        await outcome(going, "gopher://127.0.0.1/")
        counted = {
            sample.labels["outcome"]: sample.value
            for metric in requests.collect()
            for sample in metric.samples
            if sample.labels["purpose"] == "counted" and sample.name.endswith("_total")
        }
        assert counted == {"answered": 1, "refused": 1}
        await going.close()

"""People meet through nginx as deploy/ sets it up, before the workers of compose.yaml."""

import asyncio
import json
import os
import re
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from chatsite.server.tls import own
from tests.support import compose
from tests.support.client import HandshakeRefused, Visitor
from tests.support.nginx import Nginx
from tests.support.plugin import StartSite
from tests.support.processes import free_port
from tests.support.returning import GIVE_UP, losses, returning
from tests.support.services import RedisServer
from tests.support.workers import Site


@pytest.fixture(scope="module")
def workers(_new_site: StartSite) -> Iterator[Site]:
    """compose.yaml's, as processes: the image's command, and the environment written there."""
    settings = compose.environment("worker1", {})
    # Those of the servers here.
    del settings["DATABASE_URL"], settings["REDIS_URL"]
    with (
        RedisServer() as redis,
        _new_site(
            workers=len(compose.workers()),
            postgres=True,
            redis_url=redis.url,
            settings=settings,
            command=compose.image_command(),
        ) as site,
    ):
        yield site


@pytest.fixture(scope="module")
def nginx(workers: Site) -> Iterator[Nginx]:
    """As compose.yaml's has its variables, but for the names of workers, which are addresses here."""
    addresses = {
        f"{name}:8000": f"127.0.0.1:{worker.port}"
        for name, worker in zip(compose.workers(), workers.workers, strict=True)
    }
    variables = compose.nginx_variables(addresses)
    with Nginx([], static=workers.directory / "static", variables=variables) as nginx:
        assert "test is successful" in nginx.check()
        yield nginx


async def test_people_meet_through_it(nginx: Nginx) -> None:
    async with Visitor(nginx.base_url, "Ada") as ada, Visitor(nginx.base_url, "Bob") as bob:
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as hers, bob.socket(code) as his:
            await hers.post("hello")
            await his.until(lambda view: "hello" in view.bodies)


async def test_sockets_are_spread_over_all_workers(nginx: Nginx, workers: Site) -> None:
    async with Visitor(nginx.base_url, "Ada") as ada:
        code = await ada.create()
        sockets = [await ada.socket(code).connect() for _ in range(6)]
        served = workers.rows("SELECT worker_id, count(*) FROM rooms_connection GROUP BY worker_id")
        for socket in sockets:
            await socket.close()
    assert len(served) == 3


async def test_a_visitor_cannot_write_their_own_address(nginx: Nginx, workers: Site) -> None:
    """Each worker believes X-Forwarded-For, so what a visitor wrote there must not get to it."""
    forged = {
        "X-Forwarded-For": "203.0.113.66",
        "X-Forwarded-Port": "1",
        "X-Real-IP": "203.0.113.66",
        "Forwarded": "for=203.0.113.66",
    }
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.77")
    async with httpx.AsyncClient(transport=transport, headers=forged, trust_env=False) as client:
        assert (await client.get(nginx.base_url + "/forged/")).status_code == 404
    line = await access_logged(workers, "/forged/")
    assert line.startswith("127.0.0.77:")


async def test_the_access_log_names_no_queries(nginx: Nginx, workers: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(nginx.base_url + "/history/searched/?q=secret")
    assert "secret" not in await access_logged(workers, "/history/searched/")
    assert "secret" not in await logged("GET /history/searched/", nginx.access_log.read_text)


async def test_no_access_log_names_the_token_of_a_hook(nginx: Nginx, workers: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for body in (b"hello", b"x" * 70_000):
            await client.post(nginx.base_url + "/hooks/secret", content=body)
    assert "secret" not in await access_logged(workers, "POST /hooks/")
    assert "secret" not in await logged("POST /hooks/-", nginx.access_log.read_text)


async def access_logged(workers: Site, text: str) -> str:
    """Return the line of a worker's access log with `text`."""
    return await logged(text, *(worker.log_text for worker in workers.workers))


async def logged(text: str, *logs: Callable[[], str]) -> str:
    """Return the line with `text` of one of the logs, which are written after the answer."""
    async with asyncio.timeout(10):
        while True:
            for log in logs:
                for line in log().splitlines():
                    if text in line:
                        return line
            await asyncio.sleep(0.05)


async def test_static_files_come_from_nginx_and_hashed_ones_never_change(nginx: Nginx) -> None:
    async with httpx.AsyncClient(base_url=nginx.base_url, trust_env=False) as client:
        page = (await client.get("/")).text
        hashed = re.findall(r'"(/static/[^"]+\.[0-9a-f]{12}\.[a-z]+)"', page)
        assert hashed
        for path in hashed:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "octet-stream" not in answer.headers["Content-Type"]
            if path.endswith((".js", ".css")):
                assert answer.headers["Content-Encoding"] == "gzip"
                assert "Content-Length" in answer.headers  # compressed once, not for each visitor
                assert answer.headers["Vary"] == "Accept-Encoding"
        plain = re.sub(r"\.[0-9a-f]{12}\.", ".", hashed[0])
        assert "Cache-Control" not in (await client.get(plain)).headers
        assert (await client.get("/static/../nginx.conf")).status_code in {400, 404}


async def test_a_probe_may_name_any_host(workers: Site) -> None:
    """Docker asks 127.0.0.1, Railway healthcheck.railway.app, Kubernetes the pod's address."""
    async with httpx.AsyncClient(base_url=workers.url, trust_env=False) as client:
        for path in compose.PROBES:
            answer = await client.get(path, headers={"Host": "healthcheck.example"})
            assert answer.status_code == 200
        assert (await client.get("/", headers={"Host": "healthcheck.example"})).status_code == 400


async def test_the_image_asks_a_worker_whether_it_is_ready(workers: Site) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
        writer.close()

    async def asked(port: int) -> int:
        env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PORT": str(port)}
        hidden = asyncio.subprocess.DEVNULL
        check = compose.image_health_check()
        process = await asyncio.create_subprocess_exec(*check, env=env, stderr=hidden)
        return await process.wait()

    assert await asked(workers.workers[0].port) == 0
    assert await asked(free_port()) != 0
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as draining:
        assert await asked(draining.sockets[0].getsockname()[1]) != 0


async def test_the_workers_figures_are_not_for_everyone(nginx: Nginx) -> None:
    async with httpx.AsyncClient(base_url=nginx.base_url, trust_env=False) as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200


async def test_a_dead_worker_is_nobodys_error_page(nginx: Nginx, workers: Site) -> None:
    workers.workers[1].kill()
    try:
        for _ in range(12):
            async with Visitor(nginx.base_url, "Ada") as ada:
                await ada.create()
    finally:
        workers.workers[1].start()


async def test_one_address_cannot_have_it_all(workers: Site) -> None:
    """The limits as shipped are for schools; here they are for one, so that they are soon met."""
    tighter = {
        "client_header_timeout 15s": "client_header_timeout 1s",
        "limit_conn chat_open 5000": "limit_conn chat_open 2",
        "rate=200r/s": "rate=1r/m",
        "burst=2000": "burst=4",
    }
    addresses = [f"127.0.0.1:{worker.port}" for worker in workers.workers]
    with Nginx(addresses, static=workers.directory / "static", tighter=tighter) as nginx:
        reader, writer = await asyncio.open_connection("127.0.0.1", nginx.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")  # and nothing more
        with suppress(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 10)  # it is cut off
        writer.close()

        async with Visitor(nginx.base_url, "Ada") as ada:
            code = await ada.create()  # two requests
            sockets = [await ada.socket(code).connect() for _ in range(2)]
            with pytest.raises(HandshakeRefused, match="503"):
                await ada.socket(code).connect()
            for socket in sockets:
                await socket.close()
            statuses = [(await ada.get("/healthz")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        neighbour = httpx.AsyncHTTPTransport(local_address="127.0.0.77")
        async with httpx.AsyncClient(transport=neighbour, trust_env=False) as client:
            assert (await client.get(nginx.base_url + "/healthz")).status_code == 200


async def test_over_tls_the_site_knows_that_it_is_secure(workers: Site, tmp_path: Path) -> None:
    """Nothing but X-Forwarded-Proto tells a worker; the socket's origin has to agree with it."""
    addresses = [f"127.0.0.1:{worker.port}" for worker in workers.workers]
    (tmp_path / "site.pem").write_text(own.make(["localhost"], [ip_address("127.0.0.1")]))
    static, tls = (
        workers.directory / "static",
        (tmp_path / "site.pem",) * 2,
    )  # the key and its certificate
    with Nginx(addresses, static=static, tls=tls) as nginx:
        async with Visitor(nginx.base_url, "Ada") as ada:
            code = await ada.create()  # or its origin, https, would not be the site's

            def socket(origin: str) -> connect:
                return connect(
                    f"{nginx.base_url.replace('http', 'ws', 1)}/ws/rooms/{code}/",
                    origin=Origin(origin),
                    additional_headers={"Cookie": ada.cookies()},
                    ssl=ssl._create_unverified_context(),
                    proxy=None,
                )

            async with socket(nginx.base_url) as opened:
                assert json.loads(await opened.recv())["type"] == "welcome"
            with pytest.raises(InvalidStatus, match="403"):
                await socket(nginx.base_url.replace("https", "http", 1))


# Sockets alone ------------------------------------------------------------------------------------
#
# Open rooms ask for nothing else: no page in between tells nginx that a worker is well again.


async def test_no_socket_is_refused_while_workers_are_replaced(nginx: Nginx, workers: Site) -> None:
    async with returning(nginx.base_url, 24) as clients:
        for worker in workers.workers:
            await asyncio.to_thread(worker.kill)
            await asyncio.to_thread(worker.start)
            await asyncio.gather(*(client.here() for client in clients))
    assert [client.refused for client in clients if client.refused] == []
    assert max(client.away for client in clients) < 5
    assert "no live upstreams" not in nginx.process.log.read_text()


async def test_who_comes_again_is_not_sent_to_a_worker_that_hangs(
    nginx: Nginx, workers: Site
) -> None:
    async with returning(nginx.base_url, 12) as clients:
        hanging, victim = workers.workers[:2]
        hanging.process.pause()
        try:
            await asyncio.to_thread(victim.kill)
            async with asyncio.timeout(5):
                await losses(clients, 12 // 3)
            await asyncio.gather(*(client.here() for client in clients))
        finally:
            hanging.process.resume()
            await asyncio.to_thread(victim.start)
    # One try at the most, a second's pause, and two seconds in which the one that hangs is asked.
    assert max(client.away for client in clients) < GIVE_UP + 5
    assert [client.refused for client in clients if client.refused] == []

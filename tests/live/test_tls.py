"""HTTPS without a proxy, with an authority that is Pebble, and without one."""

import asyncio
import re
import ssl
import stat
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chatsite.server.tls.authority import Authority, new_account_key
from chatsite.server.tls.problem import TLSProblem
from tests.live.serverproc import PATIENCE, ToyServer
from tests.support.client import Visitor
from tests.support.pebble import Pebble
from tests.support.plugin import StartSite
from tests.support.processes import ProcessFailed, free_port
from tests.support.story import step

# Seconds. A renewal begins when a third is left, and takes a little more than one.
LIFETIME = 6
NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name
SITE_SETTINGS = {"DJANGO_SETTINGS_MODULE": "chatsite.settings"}  # and not those of the tests


async def shown(port: int, context: ssl.SSLContext) -> tuple[bytes, str | None]:
    """Return the certificate that a new connection is shown, and the protocol that is agreed on."""
    _, writer = await asyncio.open_connection("localhost", port, ssl=context)
    connection = writer.get_extra_info("ssl_object")
    writer.close()
    return connection.getpeercert(binary_form=True), connection.selected_alpn_protocol()


def trusting(pebble: Pebble) -> ssl.SSLContext:
    """Trust what this authority has signed, also where a busy machine looks at it too late."""
    context = ssl.create_default_context(cadata=pebble.root())
    context.verify_flags |= NO_CHECK_TIME
    return context


async def comes(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE + LIFETIME):
        while not true():  # noqa: ASYNC110 - it comes from another process, in its log
            await asyncio.sleep(0.05)


async def test_a_site_gets_its_certificate_and_renews_it_while_people_talk(
    tmp_path: Path, start_site: StartSite
) -> None:
    http_port = free_port()
    with Pebble(tmp_path, http_port=http_port, lifetime=LIFETIME) as pebble:
        settings = {"CHAT_TLS_DIRECTORY": pebble.url, "CHAT_TLS_CA": str(pebble.ca)}
        flags = ["--tls", "localhost", "--http-port", str(http_port)]
        site = await asyncio.to_thread(start_site, settings=settings, flags=flags)
        worker = site.workers[0]
        url, plain = f"https://localhost:{worker.port}", f"http://localhost:{http_port}"
        renewed = re.compile(r"The certificate is good until")

        def number() -> int:
            return len(renewed.findall(worker.log_text()))

        with step("the certificate is of the authority, and for the name"):
            context = trusting(pebble)
            context.set_alpn_protocols(["h2", "http/1.1"])
            first, protocol = await shown(worker.port, context)
            assert protocol == "http/1.1"

        async with Visitor(url, "Ada") as ada, Visitor(url, "Bob") as bob:
            with step("plain http leads to https, and no further"):
                answer = await ada.http.get(f"{plain}/rooms/?a=b")
                assert (answer.status_code, answer.headers["Location"]) == (
                    308,
                    f"{url}/rooms/?a=b",
                )
            with step("the site knows that it is secure"):
                page = await ada.get("/")
                assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
                assert all(cookie.secure for cookie in ada.http.cookies.jar)
                assert "__Host-csrftoken" in ada.http.cookies

            code = await ada.create()
            await bob.join(code)
            async with ada.socket(code) as here, bob.socket(code) as there:
                await here.post("before")
                with step("new connections get another certificate, and sockets stay"):
                    had = number()
                    await comes(lambda: number() > had)
                    second, _ = await shown(worker.port, context)
                    assert second != first
                with step("without its authority the site goes on, and says so"):
                    pebble.process.kill()
                    warning = "127.0.0.1 cannot be reached: Connection refused. [authority_away]"
                    await comes(lambda: f"could not be renewed: {warning}" in worker.log_text())
                    figures = (await ada.get("/metrics")).text
                    failures = re.search(r"(?m)^chat_certificate_failures (\S+)", figures)
                    assert failures
                    assert float(failures[1]) >= 1
                    days = re.search(r"(?m)^chat_certificate_days_left (\S+)", figures)
                    assert days
                    assert float(days[1]) * 24 * 3600 < LIFETIME
                    assert (await ada.get("/readyz")).status_code == 200
                with step("the next try comes by itself"):
                    had = number()
                    pebble.process.start()
                    await comes(lambda: number() > had)
                    context = trusting(pebble)
                    third, _ = await shown(worker.port, context)
                    assert third not in {first, second}
                await here.post("after")
                await there.until(lambda view: view.bodies == ["before", "after"])
                assert not here.closes
                assert not there.closes

        with step("keys are for their owner's eyes only"):
            kept = site.directory / "tls"
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
            certificate = f"localhost@127.0.0.1_{pebble.port}.pem"
            assert modes == dict.fromkeys(("account.pem", "lock", certificate), 0o600)
            assert stat.S_IMODE(kept.stat().st_mode) == 0o700

        with step("a name that leads elsewhere is told so"):
            authority = Authority(pebble.url, account_key=new_account_key(), ca=str(pebble.ca))
            with pytest.raises(TLSProblem, match=r"elsewhere\.example\.org/: .*not_reached"):
                await authority.issue("elsewhere.example.org")
        with step("an authority that is not the one it says is not believed"):
            authority = Authority(pebble.url, account_key=new_account_key())
            with pytest.raises(TLSProblem, match="authority_not_trusted"):
                await authority.issue("localhost")


def test_a_site_that_gets_no_certificate_does_not_start(tmp_path: Path) -> None:
    flags = ["--tls", "chat.example.org", "--http-port", str(free_port())]
    nobody = f"https://127.0.0.1:{free_port()}/directory"
    server = ToyServer(
        tmp_path,
        *flags,
        **SITE_SETTINGS,
        CHAT_DATA_DIR=str(tmp_path / "data"),
        CHAT_TLS_DIRECTORY=nobody,
    )
    with pytest.raises(ProcessFailed, match="Ended with 78"):
        server.process.start()
    said = "Cannot serve https: 127.0.0.1 cannot be reached: Connection refused. [authority_away]"
    assert said in server.log
    assert "Traceback" not in server.log


def test_a_reader_over_tls_that_stops_is_cut_and_none_holds_up_the_exit(tmp_path: Path) -> None:
    """What waits is counted under TLS too, and no word is waited for from a client that is gone."""
    flags = ["--tls", "self", "--http-port", "0"]
    server = ToyServer(tmp_path, *flags, **SITE_SETTINGS, CHAT_DATA_DIR=str(tmp_path / "data"))
    with (
        server,
        server.open_raw("/broadcast", tls=True),
        server.open("/broadcast", tls=True, max_size=None) as reader,
    ):
        reader.send("go")
        for number in range(60):
            assert str(reader.recv(timeout=PATIENCE)).startswith(f"{number} ")
        context = ssl._create_unverified_context()
        url = f"https://127.0.0.1:{server.port}"
        figures = httpx.get(f"{url}/figures", verify=context, trust_env=False).json()
        assert figures["cut"] == 1
        assert max(figures["buffered"]) < 300_000
        began = time.monotonic()
        server.signal()
        assert server.wait() == 0
        assert time.monotonic() - began < 9

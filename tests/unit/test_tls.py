"""Certificates: which one is used, when there is another one, and what is said on the plain port."""

import asyncio
import errno
import runpy
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from chatsite.server.command_line import CommandLine
from chatsite.server.lifecycle import stats
from chatsite.server.tls import names, own
from chatsite.server.tls.certificate import Certificate
from chatsite.server.tls.keeper import Keeper
from chatsite.server.tls.kept import Kept
from chatsite.server.tls.plain import PlainFactory
from chatsite.server.tls.ports import TLSFactory, open_sockets
from chatsite.server.tls.problem import TLSProblem
from tests.support.programs import ROOT

DAY = timedelta(days=1)


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("", ""),
        ("self", "self"),
        ("Chat.Example.org.", "chat.example.org"),
        ("chät.example.org", "xn--cht-rla.example.org"),
        ("localhost", "localhost"),
    ],
)
def test_a_name_is_written_as_authorities_write_it(given: str, name: str) -> None:
    assert names.checked(given) == name


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("*.example.org", "many hosts"),
        ("192.0.2.7", "is an address"),
        ("[2001:db8::7]", "is an address"),
        ("https://chat.example.org", "no host name"),
        ("chat example", "no host name"),
        ("-chat.example.org", "no host name"),
        ("a" * 64 + ".example.org", "no host name"),
    ],
)
def test_a_name_that_no_authority_certifies_is_refused(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        names.checked(given)


def test_addresses_of_one_line_only_are_left_out_and_loopback_comes_last() -> None:
    found = names._useful(["127.0.0.1", "00:00:5e:00", "fe80::1%eth0", "169.254.7.7", "192.0.2.7"])
    assert list(map(str, found)) == ["192.0.2.7", "127.0.0.1"]


# Settings and flags -------------------------------------------------------------------------------


def settings(monkeypatch: pytest.MonkeyPatch, **env: str) -> dict[str, Any]:
    for name in ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "chatsite" / "settings.py"))


def test_a_name_makes_the_site_one_of_https(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, CHAT_TLS="chat.example.org", PORT="8443")
    assert found["ALLOWED_HOSTS"] == ["chat.example.org"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://chat.example.org:8443"]
    assert found["SESSION_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] > 0
    # Nobody is in front who would overwrite what a visitor sends.
    assert found["SECURE_PROXY_SSL_HEADER"] is None


def test_what_is_set_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"ALLOWED_HOSTS": "a.example b.example", "CSRF_TRUSTED_ORIGINS": "https://b.example"}
    found = settings(monkeypatch, CHAT_TLS="a.example", **env)
    assert found["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://b.example"]


def test_a_machine_that_signs_for_itself_promises_nothing_to_browsers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings(monkeypatch, CHAT_TLS="self")
    assert {"localhost", "127.0.0.1", *names.own_names()} <= {*found["ALLOWED_HOSTS"]}
    assert found["SESSION_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHAT_TLS", "192.0.2.7"),
        ("CHAT_TLS_HTTP_PORT", "65536"),
        ("CHAT_TLS_DIRECTORY", "http://ca.example/dir"),
        ("CHAT_TLS_EMAIL", "ops"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} "):
        settings(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--tls", "*.example.org"], "many hosts"),
        (["--tls", "self", "--unix-socket", "/run/chat"], "not on another kind of socket"),
        (["--http-port", "80"], "is for --tls"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(
    flags: list[str],
    why: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CHAT_TLS", raising=False)
    with pytest.raises(SystemExit, match="2"):
        CommandLine().run([*flags, "chatsite.asgi:application"])
    assert why in capsys.readouterr().err


# Certificates -------------------------------------------------------------------------------------


def test_a_machine_signs_for_all_that_it_is_called() -> None:
    addresses = [ip_address("192.0.2.7"), ip_address("2001:db8::7")]
    certificate = Certificate.read(own.make(["host", "localhost"], addresses))
    assert certificate.names == {"host", "localhost", "192.0.2.7", "2001:db8::7"}
    assert certificate.lifetime == 397 * 24 * 3600
    assert certificate.ends - certificate.renewal == pytest.approx(certificate.lifetime / 3)
    assert len(certificate.fingerprint.split(":")) == 32
    certificate.context()


def test_a_key_of_another_certificate_is_noticed() -> None:
    one, other = own.make(["one"], []), own.make(["other"], [])
    with pytest.raises(ValueError, match="another certificate"):
        Certificate.read(one.partition("-----BEGIN CERT")[0] + other[other.index("-----BEGIN C") :])


# Keeping ------------------------------------------------------------------------------------------


class Source:
    """Makes certificates, or fails; counts how often it was asked."""

    def __init__(self, *, lifetime: timedelta = 90 * DAY) -> None:
        self.lifetime = lifetime
        self.asked = 0
        self.problem: TLSProblem | None = None

    async def __call__(self) -> str:
        self.asked += 1
        await asyncio.sleep(0)  # another worker's turn
        if self.problem is not None:
            raise self.problem
        return own.make(["chat.example.org"], [], lifetime=self.lifetime)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "tls")


def keeper(kept: Kept, source: Source, *, wanted: Iterable[str] = ()) -> Keeper:
    return Keeper(kept, "site", make=source, suits=lambda found: {*wanted} <= found.names)


AWAY = TLSProblem("authority_away", "ca.example cannot be reached.")


async def test_workers_that_start_at_once_have_one_certificate(
    kept: Kept, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.server.tls.kept._TRY", 0.01)
    workers = [keeper(kept, source) for _ in range(3)]
    await asyncio.gather(*(worker.begin() for worker in workers))
    assert source.asked == 1
    assert len({worker._certificate for worker in workers}) == 1
    later = keeper(kept, source)
    await later.begin()
    assert source.asked == 1


async def test_another_worker_s_certificate_is_taken_and_a_due_one_renewed_once(
    kept: Kept, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.server.tls.kept._TRY", 0.01)
    monkeypatch.setattr("chatsite.server.tls.keeper.CHECK", 0.02)
    workers = [keeper(kept, source) for _ in range(2)]
    await asyncio.gather(*(worker.begin() for worker in workers))
    first = workers[0].serverConnectionForTLS(None).get_context()
    for worker in workers:
        worker._due = time.time()
    tasks = [asyncio.create_task(worker.keep_up()) for worker in workers]
    had = workers[0]._stamp
    async with asyncio.timeout(5):
        while had in {worker._stamp for worker in workers}:  # noqa: ASYNC110 - a clock moves them
            await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    assert source.asked == 2
    # A connection has the context it began with; the next ones have another.
    assert workers[0].serverConnectionForTLS(None).get_context() is not first


async def test_without_any_certificate_a_failure_is_the_end(kept: Kept, source: Source) -> None:
    source.problem = AWAY
    with pytest.raises(TLSProblem, match="authority_away"):
        await keeper(kept, source).begin()


async def test_a_connection_that_is_gone_can_still_be_aborted(kept: Kept, source: Source) -> None:
    """As a plain one can: the timer that cuts a slow client off may outlive the client."""
    own_keeper = keeper(kept, source)
    await own_keeper.begin()
    factory = TLSFactory(own_keeper, Factory.forProtocol(Protocol))
    transport: Any = factory.buildProtocol(None)
    transport.makeConnection(StringTransport())
    transport.connectionLost(Failure(ConnectionDone()))
    transport.abortConnection()
    assert not transport.connected


async def test_an_expired_certificate_serves_until_there_is_another(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(lifetime=timedelta(seconds=0))
    await keeper(kept, source).begin()
    source.problem = AWAY
    before = stats.certificate_failures
    worker = keeper(kept, source)
    await worker.begin()
    worker.serverConnectionForTLS(None)
    assert stats.certificate_failures == before + 1
    assert "ca.example cannot be reached. [authority_away] It is good for 0.0 days" in caplog.text


async def test_tries_that_fail_grow_apart(
    kept: Kept, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatsite.server.tls.keeper.random.uniform", lambda low, high: 1.0)
    worker = keeper(kept, source)
    await worker.begin()
    waits = []
    for _ in range(7):
        worker._failed(AWAY)
        waits.append(round((worker._next_try - time.time()) / 3600))
    assert waits == [1, 2, 4, 8, 16, 24, 24]  # hours, of 90 days


async def test_one_for_other_names_or_a_damaged_one_is_replaced(
    kept: Kept, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    kept.keep("site", "not a certificate")
    await keeper(kept, source).begin()
    assert source.asked == 1
    assert "cannot be used" in caplog.text
    with suppress(TLSProblem):
        await keeper(kept, source, wanted=["new.example.org"]).begin()
    assert source.asked == 2


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        TLSProblem, match=r"cannot be kept in .*/file/tls: Not a directory.*not_kept"
    ):
        Kept(tmp_path / "file" / "tls").keep("site", "")


def test_a_port_that_is_taken_is_named() -> None:
    taken = open_sockets("127.0.0.1", 0, backlog=1)[0]
    port = taken.getsockname()[1]
    with pytest.raises(TLSProblem, match=f"on port {port}: stop it.*port_taken"):
        open_sockets("127.0.0.1", port, backlog=1)
    taken.close()
    with pytest.raises(TLSProblem, match="no_address"):
        open_sockets("192.0.2.254", port, backlog=1)


def test_a_port_that_only_root_may_open_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: Any, **named: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("socket.create_server", forbidden)  # tests may run as root
    with pytest.raises(TLSProblem, match=r"Only root may open port 443\..*port_forbidden"):
        open_sockets("", 443, backlog=1)


# The plain port -----------------------------------------------------------------------------------


def asked(request: str) -> str:
    """Return what the plain port answers."""
    hosts = ["chat.example.org", "192.0.2.7", "2001:db8::7"]
    origins = {host: names.origin(host, 443) for host in hosts}
    factory = PlainFactory(origins, lambda token: token + b".thumbprint")
    channel, transport = factory.buildProtocol(None), StringTransport()
    channel.makeConnection(transport)
    channel.dataReceived(request.encode())
    channel.setTimeout(None)
    return transport.value().decode()


def test_the_challenge_is_answered_by_its_token_and_the_account() -> None:
    answer = asked("GET /.well-known/acme-challenge/To-k_en HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 ")
    assert answer.endswith("\r\n\r\nTo-k_en.thumbprint")
    assert "text/plain" in answer
    odd = asked("GET /.well-known/acme-challenge/<b> HTTP/1.1\r\nHost: a\r\n\r\n")
    assert odd.startswith("HTTP/1.1 308 ")


@pytest.mark.parametrize(
    ("host", "path", "location"),
    [
        ("chat.example.org", "/rooms/?a=b", "https://chat.example.org/rooms/?a=b"),
        ("CHAT.example.org:80", "/", "https://chat.example.org/"),
        ("192.0.2.7:8080", "/", "https://192.0.2.7/"),
        ("[2001:db8::7]:8080", "/", "https://[2001:db8::7]/"),
        ("evil.example", "/", "https://chat.example.org/"),
        ("chat.example.org", "//evil.example", "https://chat.example.org//evil.example"),
        ("chat.example.org", "http://evil.example/", "https://chat.example.org/"),
    ],
)
def test_all_else_leads_to_https_and_to_no_other_site(host: str, path: str, location: str) -> None:
    answer = asked(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")
    assert answer.startswith("HTTP/1.1 308 ")
    assert f"Location: {location}\r\n" in answer


def test_a_long_body_is_not_read() -> None:
    answer = asked("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + "x" * 40_000)
    assert answer == ""

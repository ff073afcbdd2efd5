"""Nobody makes the site send a request to what only it can reach."""

import asyncio
import gzip
import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from dnslib import RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer

from rooms.outbound import addresses, client
from rooms.outbound.client import OutboundClient
from rooms.outbound.outcomes import OutboundError, Outcome, requests
from tests.support.https import Asked, Authority, Server, answer

LOOPBACK = (ip_network("127.0.0.0/8"),)

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.0.1.1",
    "168.63.129.17",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "2400:cb00::1",
    "2001:200::1",
    "64:ff9b::8.8.8.8",
]

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::10.0.0.1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::168.63.129.16",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "0177.0.0.1",
    "127.1",
    "2130706433",
    "localhost",
]

URLS = [
    ("https://push.example.net/a?b=c", ""),
    ("https://1.1.1.1/", ""),
    ("https://[2606:4700:4700::1111]/", ""),
    ("http://push.example.net/", "not https"),
    ("ftp://push.example.net/", "not https"),
    ("file:///etc/passwd", "not https"),
    ("//push.example.net/", "not https"),
    ("https:///", "no host"),
    ("https://push.example.net:80/", "another port"),
    ("https://push.example.net:0/", "another port"),
    ("https://push.example.net:99999/", "not a URL"),
    ("https://ada@push.example.net/", "a user name"),
    ("https://ada:@push.example.net/", "a user name"),
    ("https://@push.example.net/", "a user name"),
    ("https://push.example.net\\@127.0.0.1/", "characters"),
    ("https://push.example.net /", "characters"),
    ("https://push.example.net/\r\nHost: a", "characters"),
    ("https://push。example。net/", "characters"),
    ("https://2130706433/", "odd notation"),
    ("https://0x7f000001/", "odd notation"),
    ("https://0x7f.1/", "odd notation"),
    ("https://0177.0.0.1/", "odd notation"),
    ("https://127.1/", "odd notation"),
    ("https://127.0.0.1./", "odd notation"),
    ("https://127.0.0.0x1/", "odd notation"),
    ("https://127.0.0.%31/", "not"),
    ("https://[fe80::1%25eth0]/", "zone"),
    ("https://a..b/", "not a host"),
    ("https://" + "a" * 64 + ".net/", "not a host"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_reached_on_the_usual_port(address: str) -> None:
    assert addresses.may_reach(address, 443, ports=(443,), allowed=())
    assert not addresses.may_reach(address, 22, ports=(443,), allowed=())


@pytest.mark.parametrize("address", PRIVATE)
def test_any_other_address_is_refused(address: str) -> None:
    assert not addresses.may_reach(address, 443, ports=(443,), allowed=())


def test_what_python_takes_for_global_is_not_enough() -> None:
    """Or our own table could go."""
    assert [ip for ip in map(ip_address, PRIVATE[: PRIVATE.index("fe80::1%eth0")]) if ip.is_global]


def test_an_operator_can_allow_a_network_of_theirs_on_any_port() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert addresses.may_reach("10.1.2.3", 8443, ports=(443,), allowed=allowed)
    assert addresses.may_reach("fd00::1", 8443, ports=(443,), allowed=allowed)
    assert not addresses.may_reach("10.2.2.3", 443, ports=(443,), allowed=allowed)


@pytest.mark.parametrize(("url", "reason"), URLS)
def test_a_url_is_judged_by_its_text_first(url: str, reason: str) -> None:
    if not reason:
        assert addresses.parse(url)
        return
    with pytest.raises(addresses.BadAddress, match=reason):
        addresses.parse(url)


# Real sockets -------------------------------------------------------------------------------------


async def hello(asked: Asked, writer: object) -> bytes:
    return answer(200, b"hello")


class Names(AbstractResolver):
    """Answers from a table: of each name the addresses, one after the other, the last for ever."""

    def __init__(self, **names: list[str]) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        left = self._names[host.replace(".", "_")]
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            ResolveResult(
                hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


async def outcome(going: OutboundClient, url: str, **options: Any) -> Outcome:
    try:
        await going.request("GET", url, **options)
    except OutboundError as error:
        return error.outcome
    return Outcome.ANSWERED


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.CHAT_OUTBOUND_ALLOW = LOOPBACK


def plain(port: int, **options: Any) -> OutboundClient:
    """Return a client that may use http and this port, but only what is allowed of addresses."""
    options = {
        "purpose": "test",
        "schemes": ("http", "https"),
        "ports": (port,),
        "connect": 0.2,
    } | options
    return OutboundClient(**options)


async def test_a_private_address_is_not_connected_to_however_it_is_named(settings: Any) -> None:
    async with Server(hello) as server:
        going = plain(server.port, resolver=Names(home_test=["127.0.0.1"]))
        for host in ("127.0.0.1", "home.test", "[::1]", "[::ffff:127.0.0.1]"):
            assert await outcome(going, f"http://{host}:{server.port}/") == Outcome.UNREACHABLE
        assert server.connections == 0
        settings.CHAT_OUTBOUND_ALLOW = LOOPBACK
        assert await outcome(going, f"http://home.test:{server.port}/") == Outcome.ANSWERED
        assert server.connections == 1, "it was there all the time"
        await going.close()


async def test_the_system_s_names_are_judged_too() -> None:
    async with Server(hello) as server:
        going = plain(server.port)
        assert await outcome(going, f"http://localhost:{server.port}/") == Outcome.UNREACHABLE
        assert server.connections == 0
        await going.close()


class Rebinding(BaseResolver):
    """A name server whose name leads to the internet once, and home ever after."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        self.given.append("127.0.0.1" if self.given else "192.0.1.1")
        reply = request.reply()
        reply.add_answer(RR(request.q.qname, rdata=A(self.given[-1]), ttl=0))
        return reply


class Asking(AbstractResolver):
    """Asks that name server over the network."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        sent = await asyncio.to_thread(DNSRecord.question(host).send, "127.0.0.1", self._port)
        found = str(DNSRecord.parse(sent).rr[0].rdata)
        return [
            ResolveResult(
                hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


@pytest.fixture
def rebinding() -> Iterator[tuple[Rebinding, int]]:
    names = Rebinding()
    server = DNSServer(names, address="127.0.0.1", port=0)
    server.start_thread()
    yield names, server.server.server_address[1]
    server.stop()


async def test_a_name_that_leads_home_the_second_time_does_not_get_there(
    rebinding: tuple[Rebinding, int],
) -> None:
    names, port = rebinding
    async with Server(hello) as server:
        going = plain(server.port, resolver=Asking(port))
        url = f"http://rebinding.test:{server.port}/"
        assert await outcome(going, url) == Outcome.UNREACHABLE  # nobody answers at the public one
        assert await outcome(going, url) == Outcome.UNREACHABLE
        assert names.given == ["192.0.1.1", "127.0.0.1"]
        assert server.connections == 0
        await going.close()


async def test_a_redirect_is_judged_like_the_first_url(settings: Any) -> None:
    # On Linux all of 127/8 is this machine: 127.0.0.2 is allowed here, and 127.0.0.1 is not.
    settings.CHAT_OUTBOUND_ALLOW = (ip_network("127.0.0.2/32"),)
    led: dict[str, str] = {}

    async def redirect(asked: Asked, writer: object) -> bytes:
        return answer(302, Location=led[asked.path]) if asked.path in led else answer(200, b"there")

    async with (
        Server(redirect, address="127.0.0.2") as server,
        Server(hello, port=server.port) as home,
    ):
        led |= {f"/{n}": f"/{n + 1}" for n in range(20)}
        led["/file"], led["/odd"], led["/ok"] = "file:///etc/passwd", "http://2130706433/", "/there"
        led["/home"] = f"http://home.test:{home.port}/"
        going = plain(server.port, resolver=Names(home_test=["127.0.0.1"]))
        start = f"http://127.0.0.2:{server.port}"
        assert await outcome(going, start + "/file", redirects=3) == Outcome.REFUSED
        assert await outcome(going, start + "/odd", redirects=3) == Outcome.REFUSED
        assert await outcome(going, start + "/home", redirects=3) == Outcome.UNREACHABLE
        assert home.connections == 0
        assert (await going.request("GET", start + "/ok", redirects=3)).body == b"there"
        assert (await going.request("GET", start + "/ok")).status == 302, (
            "unless it is to be followed"
        )
        server.asked.clear()
        assert (await going.request("GET", start + "/0", redirects=20)).status == 302
        assert len(server.asked) == 1 + client.REDIRECTS
        await going.close()


async def test_a_redirect_never_leads_from_https_to_http(
    allowed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def down(asked: Asked, writer: object) -> bytes:
        return answer(302, Location=f"http://127.0.0.1:{insecure.port}/")

    async with (
        Server(hello) as insecure,
        Server(down, tls=authority.context("127.0.0.1")) as server,
    ):
        going = plain(server.port)
        url = f"https://127.0.0.1:{server.port}/"
        assert await outcome(going, url, redirects=1) == Outcome.REFUSED
        assert insecure.connections == 0
        await going.close()


async def test_a_certificate_of_nobody_s_is_not_trusted(allowed: None, tmp_path: Path) -> None:
    async with Server(hello, tls=Authority(tmp_path).context("127.0.0.1")) as server:
        going = plain(server.port)
        assert await outcome(going, f"https://127.0.0.1:{server.port}/") == Outcome.UNTRUSTED
        assert server.asked == []
        await going.close()


async def test_what_is_refused_looks_like_what_is_not_there(settings: Any) -> None:
    """Or somebody would learn from it what runs in our network."""
    async with Server(hello) as server:
        pass  # a port at which nobody listens
    seen = []
    for allow, host in (((), "127.0.0.1"), (LOOPBACK, "127.0.0.1"), (LOOPBACK, "gone.test")):
        settings.CHAT_OUTBOUND_ALLOW = allow
        going = plain(server.port, resolver=_NoNames())
        begun = asyncio.get_running_loop().time()
        with pytest.raises(OutboundError) as refused:
            await going.request("GET", f"http://{host}:{server.port}/")
        assert asyncio.get_running_loop().time() - begun >= 0.19, "as long as one that is silent"
        seen.append(str(refused.value))
        await going.close()
    assert set(seen) == {"unreachable"}


class _NoNames(AbstractResolver):
    async def resolve(self, *args: object, **options: object) -> list[ResolveResult]:
        raise OSError("no such name")

    async def close(self) -> None: ...


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


async def test_a_proxy_is_asked_for_names_and_not_for_private_addresses(settings: Any) -> None:
    async with Server(hello) as proxy:
        settings.CHAT_OUTBOUND_PROXY = f"http://127.0.0.1:{proxy.port}"
        going = plain(80)
        assert await outcome(going, "http://push.test/") == Outcome.ANSWERED
        assert await outcome(going, "http://10.0.0.1/") == Outcome.UNREACHABLE
        assert [asked.path for asked in proxy.asked] == ["http://push.test/"]
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

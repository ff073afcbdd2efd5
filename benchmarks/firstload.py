"""How long a phone takes from a room's link into the room, in a real browser on a slow line.

The browser is Chromium, throttled over its DevTools: 150 ms there and back, 1.6 Mbit/s, a quarter of this
processor. A visit begins with an empty cache at the link, sends the form with a name, and ends when the
room's page says that it is live. The second visit is a new tab, some time later.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from benchmarks import peers
from chatsite.server.tls import own
from tests.support.client import csrf_token
from tests.support.nginx import Nginx
from tests.support.processes import Process, free_port
from tests.support.programs import require_chromium, require_node
from tests.support.workers import Site

LINE = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 1.6e6 / 8,
}
PROCESSOR = 4  # times as slow
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
# What a visit may take: seconds to a live room by who serves it, requests, KB, seconds the next time.
BOUNDS = {"bin/serve": 3.0, "nginx with HTTP/2": 2.5}
PEER = "Socket.IO, the page of its tutorial"
REQUESTS, KB, SECOND = 15, 100, 0.5
# Notes in every page when it is first live, in milliseconds since the epoch.
WATCH = """
new MutationObserver(() => {
  if (document.querySelector('[data-status][data-kind="live"]'))
    window.liveAt ??= performance.timeOrigin + performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
LIVE = "() => window.liveAt ?? null"


@dataclass(frozen=True)
class Load:
    """Medians over the visits. `kb` are thousands of bytes over the wire, headers included."""

    served_by: str
    live_s: float
    requests: int
    kb: float
    second_s: float


class NotMeasured(Exception):
    """The text says what is missing."""


def measure(visits: int, *, cores: str) -> list[dict[str, object]]:
    """The first loads from one worker on SQLite, as bin/serve starts it, and behind nginx; a peer's.

    The server has `cores`, the browser all of them. Raises NotMeasured, NotInstalled, ProgramMissing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotMeasured("Playwright is missing: pip install -r requirements-dev.txt") from None
    found = []
    with _every_core(), sync_playwright() as playwright:
        for served_by in (*BOUNDS, PEER):
            with _served(served_by, cores) as (new_link, flags):
                browser = playwright.chromium.launch(
                    executable_path=require_chromium(),
                    args=[*flags, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
                )
                seen = [_visit(browser, new_link()) for _ in range(visits)]
                browser.close()
            columns = zip(*seen, strict=True)
            live, requests, bytes_, second = (median(column) for column in columns)
            load = Load(
                served_by, round(live, 2), int(requests), round(bytes_ / 1e3, 1), round(second, 2)
            )
            found.append(asdict(load))
    return found


def table(loads: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "| a phone's first load, served by | link → live, s | requests | KB | second visit, s |"
    yield "|---|---:|---:|---:|---:|"
    for load in loads:
        yield (
            f"| {load['served_by']} | {load['live_s']:.2f} | {load['requests']} | {load['kb']:.0f} "
            f"| {load['second_s']:.2f} |"
        )


def goals(loads: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    """Yield each goal, what was measured, and whether that meets it."""
    for load in [load for load in loads if load["served_by"] in BOUNDS]:
        served_by, live, requests, kb, second = (load[field.name] for field in fields(Load))
        bound = BOUNDS[served_by]
        yield f"link → live from {served_by}: ≤ {bound} s", f"{live} s", live <= bound
        yield (
            f"the same: ≤ {REQUESTS} requests, ≤ {KB} KB",
            f"{requests}, {kb} KB",
            requests <= REQUESTS and kb <= KB,
        )
        yield f"the second visit: < {SECOND} s", f"{second} s", second < SECOND


@contextmanager
def _served(served_by: str, cores: str) -> Iterator[tuple[Callable[[], str], list[str]]]:
    """Return a function that makes a room and returns its link, and the flags by which Chromium trusts the server."""
    pinned = ["taskset", "-c", cores]
    if served_by == PEER:
        peers.install_node()
        with _peer(pinned) as address:
            yield lambda: f"{address}/rooms/{secrets.token_hex(4)}/", []
        return
    behind = served_by.startswith("nginx")
    with Site(flags=["--proxy-headers"] if behind else [], prefix=pinned) as site:
        if not behind:
            yield lambda: _new_room(site.url), []
            return
        with tempfile.TemporaryDirectory(prefix="chat-benchmark-") as directory:
            pem = Path(directory) / "site.pem"
            pem.write_text(own.make(["localhost"], [ip_address("127.0.0.1")]))
            tls = (pem, pem)  # the key and its certificate are in one file
            workers = [f"127.0.0.1:{worker.port}" for worker in site.workers]
            with Nginx(workers, static=site.directory / "static", tls=tls) as nginx:
                # Of a certificate that is only overlooked, Chromium caches nothing.
                trust = f"--ignore-certificate-errors-spki-list={_fingerprint(tls[0])}"
                yield lambda: _new_room(nginx.base_url), [trust]


@contextmanager
def _peer(pinned: Sequence[str]) -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="chat-benchmark-") as directory:
        process = Process(
            [*pinned, require_node(), peers.NODE / "page.js"],
            log=Path(directory) / "peer.log",
            ready="listening",
            env=os.environ | {"PORT": str(port)},
        )
        process.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _visit(browser: Any, link: str) -> tuple[float, int, int, float]:
    """Seconds to a live room, requests and bytes for it, seconds to live on the second visit."""
    context = browser.new_context(**PHONE)
    context.add_init_script(WATCH)
    received: list[int] = []
    page = _throttled(context, received)
    page.goto(link, wait_until="commit")
    page.wait_for_selector("button[name=join]", state="attached")
    began = page.evaluate("performance.timeOrigin")
    page.evaluate(
        "document.querySelector('[name=name]').value = 'Ada';"
        "document.querySelector('button[name=join]').click();"
    )
    page.wait_for_url("**/rooms/**", wait_until="commit")
    live = page.wait_for_function(LIVE, timeout=60_000).json_value()
    page.wait_for_load_state("networkidle")
    # The cache is on the disk, and the compiled script in it, a moment after the page was live.
    page.wait_for_timeout(2_000)
    requests, bytes_ = len(received), sum(received)
    page.close()

    page = _throttled(context, [])
    page.goto(link, wait_until="commit")
    second = page.wait_for_function(LIVE, timeout=60_000).json_value()
    returned = page.evaluate("performance.timeOrigin")
    context.close()
    return (live - began) / 1e3, requests, bytes_, (second - returned) / 1e3


def _throttled(context: Any, received: list[int]) -> Any:
    """A new window on the slow line; `received` gets the bytes of each answer from the network."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)

    def finished(event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            received.append(event["encodedDataLength"])

    def sent(event: dict[str, Any]) -> None:
        if redirect := event.get("redirectResponse"):
            received.append(redirect["encodedDataLength"])

    devtools.on("Network.loadingFinished", finished)
    devtools.on("Network.requestWillBeSent", sent)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
    return page


def _new_room(address: str) -> str:
    """The link of a room that somebody else has opened."""
    with httpx.Client(verify=False, trust_env=False, follow_redirects=True) as client:
        token = csrf_token(client.get(address).text)
        form = {"name": "Host", "create": "", "csrfmiddlewaretoken": token}
        headers = {"Origin": address, "Referer": f"{address}/"}
        return str(client.post(address, data=form, headers=headers).url)


def _fingerprint(certificate: Path) -> str:
    """Return Chromium's name of a key that it is to trust."""
    key = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


@contextmanager
def _every_core() -> Iterator[None]:
    """A browser is several processes, and a phone has several cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    print(*table(measure(5, cores="0")), sep="\n")

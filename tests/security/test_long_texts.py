"""No text, wherever it is put, keeps a worker from everybody else.

Normalising 64,500 times U+0315 U+0300 takes Python half a minute, in one call that lets nothing else
run. So every text is judged by its length first. Which texts there are is found out here from the
addresses, the pages and the frames of the site: a new form is tried without being named.
"""

import dataclasses
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, get_args
from urllib.parse import quote, urlsplit

import httpx
import msgspec
import pytest
from django import forms
from django.core.validators import MaxLengthValidator
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from chatsite.server.http import MAX_BODY
from rooms import commands
from rooms.login import Bounded
from tests.security.test_pages import ADDRESSES, CODE
from tests.support.forms import Form, found
from tests.support.programs import ROOT
from tests.support.workers import Site

# Seconds for which one request may be felt by somebody else.
LIMIT = 0.05
# A slow machine's pause is not the request's doing: what is has it each time.
TRIES = 4

MARKS = "\u0315\u0300"
# Each is dear for something else: compatibility forms, mentions, Markdown, splitting, cutting off.
OTHERS = ("\ufdfa", "@", "[", "*_", "\u2003", "\"'", "a\u0301\u0327", ".0", "\u1100", ";=,")
PASSWORD = "a password of the superuser"


def storm(size: int, *units: str) -> str:
    """Units, each over and over, in `size` bytes."""
    each = size // len(units)
    return "".join(unit * (each // len(unit.encode())) for unit in units)


# Forms, as they are written ------------------------------------------------------------------------


def our_forms(of: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for form in of.__subclasses__():
        if form.__module__.split(".")[0] in {"rooms", "history", "chatsite"}:
            yield form
        yield from our_forms(form)


@pytest.mark.parametrize("form", sorted(set(our_forms()), key=str))
def test_every_text_field_of_a_form_has_a_bound(form: Any) -> None:
    bounds = form.bounds if issubclass(form, Bounded) else {}
    for name, field in form.base_fields.items():
        chosen = isinstance(
            field,
            forms.ChoiceField | forms.BooleanField | forms.IntegerField | forms.ModelChoiceField,
        )
        bounded = any(isinstance(check, MaxLengthValidator) for check in field.validators)
        assert chosen or bounded or name in bounds, f"{form.__name__}.{name}"


# A real server ------------------------------------------------------------------------------------


class Other:
    """Somebody else, who asks for next to nothing all the time, and how long each answer took."""

    def __init__(self, site: Site) -> None:
        self._port, self._pid = site.workers[0].port, site.workers[0].pid
        self._answers: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._answered = threading.Condition()
        self._thread = threading.Thread(target=self._ask)

    def felt_during(self, act: Callable[[], object]) -> tuple[float, float]:
        """The longest that an answer took while this was done, and how long the worker was busy."""
        began, busy = time.monotonic(), self._busy()
        act()
        done = time.monotonic()
        with self._answered:
            self._answered.wait_for(lambda: self._answers and self._answers[-1][0] > done)
            took = [end - start for start, end in self._answers if end > began and start < done]
            self._answers.clear()
        return max(took, default=0.0), self._busy() - busy

    def _busy(self) -> float:
        """Seconds for which the worker has had a processor."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _ask(self) -> None:
        line = HTTPConnection("127.0.0.1", self._port, timeout=120)
        while not self._ended.is_set():
            start = time.monotonic()
            line.request("GET", "/healthz")
            line.getresponse().read()
            with self._answered:
                self._answers.append((start, time.monotonic()))
                self._answered.notify_all()
            self._ended.wait(0.005)
        line.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()


class Browser:
    """Cookies, and forms sent as a program would send them."""

    def __init__(self, site: Site) -> None:
        self.url = site.url
        self.http = httpx.Client(base_url=site.url, trust_env=False, timeout=120)

    def send(self, form: Form, **instead: str) -> httpx.Response | None:
        """The form with other values. None if the server hung up on it."""
        values = form.values | instead
        headers = {"Origin": self.url, "X-CSRFToken": self.http.cookies.get("csrftoken", "")}
        with suppress(httpx.TransportError):
            if form.method == "get":
                return self.http.get(form.action, params=values)
            # In parts, letters are as long as they are in memory: more of them fit.
            parts = [(name, (None, value.encode())) for name, value in values.items()]
            return self.http.post(form.action, files=parts, headers=headers)
        return None

    def forms_at(self, paths: Iterable[str]) -> tuple[list[Form], set[str]]:
        forms, links = [], set()
        for path in paths:
            answer = self.http.get(path)
            if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
                some, more = found(answer.text, at=str(answer.url))
                forms += some
                links |= {link for link in more if link.startswith(self.url)}
        return forms, links

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def come_in(self, name: str, code: str = "") -> str:
        self.http.get("/")
        wish = {"code": code, "join": ""} if code else {"create": "", "title": "Islands"}
        answer = self.send(Form("post", f"{self.url}/", {"name": name, **wish}))
        assert answer is not None
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"].split("/")[2]


@dataclasses.dataclass
class Scene:
    """A room with two people in it, the site's superuser, and a stranger."""

    site: Site
    code: str
    addresses: list[str]
    nobody: Browser
    owner: Browser
    member: Browser
    boss: Browser


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    nobody, owner, member, boss = (Browser(site) for _ in range(4))
    code = owner.come_in("Ada")
    assert member.come_in("Ben", code) == code
    name = "boss-" + secrets.token_hex(4)
    make = f"create_superuser({name!r}, 'boss@chat.example', {PASSWORD!r})"
    site.manage("shell", "-c", f"from rooms.models import User; User.objects.{make}")
    boss.http.get("/admin/login/")
    form = Form("post", f"{site.url}/admin/login/", {"username": name, "password": PASSWORD})
    answer = boss.send(form)
    assert answer is not None
    assert answer.status_code == 302
    [[public_id, pk]] = site.rows("SELECT public_id, id FROM rooms_room WHERE code = %s", [code])
    real = [path.replace(CODE, code) for path in ADDRESSES]
    real += [f"/history/rooms/{public_id}/", f"/admin/rooms/room/{pk}/change/"]
    return Scene(site, code, real, nobody, owner, member, boss)


def felt(other: Other, act: Callable[[str], object], text: str) -> float:
    """Seconds for which somebody else waited because of this text.

    When others have the machine every answer is late: what counts is for how long the worker was
    busy besides, and longer than with a word in the text's place.
    """
    lags, busy = [], []
    for _ in range(TRIES):
        late, spent = other.felt_during(lambda: act(text))
        lags.append(late)
        busy.append(spent)
        if min(*lags, *busy) < LIMIT:
            return min(*lags, *busy)
    usual = min(other.felt_during(lambda: act("word"))[1] for _ in range(TRIES))
    return min(*lags, min(busy) - usual)


@pytest.mark.timeout(400)
def test_no_field_of_any_page_is_felt_by_others(scene: Scene) -> None:
    slow: dict[str, float] = {}
    tried: set[Any] = set()
    with open_socket(scene, scene.member), Other(scene.site) as other:
        for browser in (scene.nobody, scene.owner, scene.boss):
            forms, links = browser.forms_at(scene.addresses)
            near = {urlsplit(link).path for link in links} - set(scene.addresses)
            more, _ = browser.forms_at(sorted(near)[:20])
            # The room is handed over last.
            for form in sorted(
                forms + more, key=lambda form: ("/owner/" in form.action, form.action)
            ):
                for name in sorted(form.texts):
                    if (key := (form.method, urlsplit(form.action).path, name)) in tried:
                        continue
                    tried.add(key)
                    # What is left of the largest body, or of a request's line.
                    room = MAX_BODY - 400 - sum(150 + len(v) for v in form.values.values())
                    text = storm(*((2500, *OTHERS) if form.method == "get" else (room, MARKS)))
                    took = felt(other, lambda text: browser.send(form, **{name: text}), text)  # noqa: B023
                    if took >= LIMIT:
                        slow[f"{form.method} {form.action} {name}"] = took
                if form.method == "post" and form.texts and form.key not in tried:
                    tried.add(form.key)
                    every = form.texts - {"csrfmiddlewaretoken"}
                    took = felt(
                        other,
                        lambda text: browser.send(form, **dict.fromkeys(every, text)),  # noqa: B023
                        storm(900, *OTHERS),
                    )
                    if took >= LIMIT:
                        slow[f"post {form.action}"] = took
    assert len(tried) > 40, tried
    assert slow == {}


def test_a_form_of_a_quarter_of_a_megabyte_is_not_read(scene: Scene) -> None:
    text = storm(258_000, MARKS)
    forms, _ = scene.nobody.forms_at(scene.addresses)
    with Other(scene.site) as other:
        for form in forms:
            if form.method == "post":
                name = min(form.texts)
                took = felt(other, lambda text: scene.nobody.send(form, **{name: text}), text)  # noqa: B023
                assert took < LIMIT, (form.action, name)


def test_no_address_header_or_cookie_is_felt_by_others(scene: Scene) -> None:
    read = {
        name
        for path in [*ROOT.glob("rooms/**/*.py"), *ROOT.glob("chatsite/*.py")]
        for name in re.findall(r'headers\.get\("([\w-]+)"', path.read_text())
    }
    assert "User-Agent" in read
    headers = read | {
        *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "If-Modified-Since"),
        *("If-None-Match", "Origin", "Range", "Referer", "X-CSRFToken", "X-Forwarded-For"),
        *("X-Forwarded-Host", "X-Forwarded-Proto"),
    }
    cookies = {*("zone", "device", "messages", "django_language"), *scene.owner.http.cookies}
    slow: dict[str, float] = {}
    with Other(scene.site) as other:
        raw, path = storm(8000, *OTHERS), quote(storm(4500, MARKS))
        tries: dict[str, tuple[Callable[[str], object], str]] = {}
        for address in ADDRESSES:
            if CODE in address:
                tries[address] = (partial(ask, scene.owner, address), path)
        for name in headers:
            tries[name] = (partial(ask, scene.owner, "/history/", header=name), raw)
        for name in cookies:
            tries[f"cookie {name}"] = (partial(ask, scene.owner, "/history/", cookie=name), raw)
        for name, (act, text) in tries.items():
            if (took := felt(other, act, text)) >= LIMIT:
                slow[name] = took
    assert slow == {}


def ask(browser: Browser, address: str, text: str, *, header: str = "", cookie: str = "") -> None:
    """Ask for a page with a text in its address, in a header or in a cookie."""
    headers = {"Cookie": browser.cookies.encode()}
    if header:
        headers[header] = text.encode()
    elif cookie:
        headers["Cookie"] += f"; {cookie}={text}".encode()
    else:
        address = address.replace(CODE, text)
    with suppress(httpx.TransportError):
        browser.http.get(address, headers=headers)


# Sockets ------------------------------------------------------------------------------------------


def open_socket(
    scene: Scene, browser: Browser, *, path: str = "", query: str = ""
) -> ClientConnection:
    host = urlsplit(scene.site.url).netloc
    return connect(
        f"ws://{host}/ws/rooms/{path or scene.code}/{query}",
        origin=scene.site.url,  # type: ignore[arg-type]
        additional_headers={"Cookie": browser.cookies},
        max_size=None,
        proxy=None,
    )


def shake_hands(scene: Scene, text: str, *, where: str) -> None:
    place = {where: text if where == "path" else f"?room={text}&after={text}"}
    with suppress(WebSocketException, OSError), open_socket(scene, scene.member, **place) as socket:
        socket.recv(timeout=5)


def say(scene: Scene, frame: dict[str, Any], name: str, text: str) -> None:
    """Send a frame with a text in a field, and one whose answer shows that the first was dealt with."""
    frame = {"client_id": secrets.token_hex(8), **frame, name: text}
    with open_socket(scene, scene.member) as socket:
        socket.send(json.dumps(frame, ensure_ascii=False))
        socket.send(json.dumps({"type": "page", "before": 2, "limit": 1, "ref": "after"}))
        while '"after"' not in str(socket.recv(timeout=120)):
            pass


@pytest.mark.timeout(400)
def test_no_frame_is_felt_by_others(scene: Scene) -> None:
    slow: dict[str, float] = {}
    fields = {"before": 1, "seq": 1, "on": True, "limit": 1, "body": "hello", "emoji": "👍"}
    shapes = {shape.__struct_config__.tag: shape for shape in get_args(commands.Command)}
    del shapes["leave"]
    texts = [storm(60_000, MARKS), storm(8000, MARKS), storm(4000, *OTHERS)]
    with Other(scene.site) as other:
        for where in ("path", "query"):
            for text in map(quote, (storm(2500, MARKS), storm(2500, *OTHERS))):
                if (took := felt(other, partial(shake_hands, scene, where=where), text)) >= LIMIT:
                    slow[where] = took
        for kind, shape in shapes.items():
            for field in msgspec.structs.fields(shape):
                for number, text in enumerate(texts):
                    act = partial(say, scene, {"type": kind, **fields}, field.name)
                    if (took := felt(other, act, text)) >= LIMIT:
                        slow[f"{kind}.{field.name} {number}"] = took
    assert slow == {}

"""No text, wherever it is put, keeps a worker from everybody else.

Normalising 64,500 times U+0315 U+0300 takes Python half a minute, in one call that lets nothing else
run. So every text is judged by its length first. Which texts there are is found out here from the
addresses, the pages and the frames of the site: a new form is tried without being named.

What is measured is processor time, beyond that of a word in the text's place: nobody else can have
waited for longer because of the text, and a busy machine changes nothing about it.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, get_args
from urllib.parse import quote, urlsplit

import httpx
import msgspec
import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.test import Client
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from chatsite.server.http import MAX_BODY, max_body
from rooms import commands
from rooms.login import Bounded
from tests.http.conftest import Person
from tests.security.test_pages import ADDRESSES, CODE
from tests.support.client import csrf_token
from tests.support.forms import Form, found
from tests.support.programs import ROOT
from tests.support.workers import Site

# Seconds for which one request may be felt by somebody else.
LIMIT = 0.05
# A delay that the text causes comes each time; a pause for garbage does not.
TRIES = 4

MARKS = "\u0315\u0300"
# Each is dear for something else: compatibility forms, mentions, Markdown, splitting, cutting off.
OTHERS = ("\ufdfa", "@", "[", "*_", "\u2003", "\"'", "a\u0301\u0327", ".0", "\u1100", ";=,")


def storm(size: int, *units: str) -> str:
    """Units, each over and over, in `size` bytes."""
    each = size // len(units)
    return "".join(unit * (each // len(unit.encode())) for unit in units)


def cost(clock: Callable[[], float], act: Callable[[str], object], text: str) -> float:
    """Return the seconds, by a clock of processor time, that a text takes beyond a word."""

    def spent(text: str) -> float:
        before = clock()
        act(text)
        return clock() - before

    least = float("inf")
    for _ in range(TRIES):
        whole = spent(text)
        if whole < LIMIT or (least := min(least, whole - spent("word"))) < LIMIT:
            return min(least, whole)
    return least


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
            forms.ChoiceField
            | forms.BooleanField
            | forms.IntegerField
            | forms.DateField
            | forms.ModelChoiceField,
        )
        bounded = any(isinstance(check, MaxLengthValidator) for check in field.validators)
        assert chosen or bounded or name in bounds, f"{form.__name__}.{name}"


# Forms, as they are on the pages ------------------------------------------------------------------


def forms_at(client: Client, paths: Iterable[str]) -> tuple[list[Form], set[str]]:
    forms, links = [], set()
    for path in paths:
        answer = client.get(path)
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            some, more = found(b"".join(answer).decode(), at=path)
            forms += some
            links |= more
    return forms, links


def send(client: Client, form: Form, names: Iterable[str], text: str) -> None:
    """Send a form with a text in some of its fields, and undo whatever that did."""
    values, cookies = form.values | dict.fromkeys(names, text), client.cookies.output()
    with transaction.atomic():
        if form.method == "get":
            client.get(form.action, values)
        else:  # in parts, where letters are as long as they are in memory: more of them fit
            client.post(form.action, values)
        transaction.set_rollback(True)
    client.cookies.load(cookies.replace("Set-Cookie: ", ""))


@pytest.mark.timeout(400)
@pytest.mark.django_db
def test_no_field_of_any_page_is_felt_by_others(ada: Person, ben: Person) -> None:
    room = ada.create(title="Islands")
    ada.connect(room)
    ben.come_in(room)
    addresses = [path.replace(CODE, room.code) for path in ADDRESSES]
    addresses += [f"/history/rooms/{room.public_id}/", f"/admin/rooms/room/{room.pk}/change/"]
    boss = Client()
    boss.force_login(get_user_model().objects.create_superuser("boss", password="of the boss"))
    slow: dict[str, float] = {}
    tried: set[tuple[str, str, tuple[str, ...]]] = set()
    for client in (Client(), ada.client, boss):
        forms, links = forms_at(client, addresses)
        near = {urlsplit(link).path for link in links} - set(addresses)
        more, _ = forms_at(client, sorted(near)[:20])
        for form in forms + more:
            # The rest of the largest body, or of a request's line.
            room_left = MAX_BODY - 400 - sum(150 + len(v) for v in form.values.values())
            one = storm(*((2500, *OTHERS) if form.method == "get" else (room_left, MARKS)))
            texts = sorted(form.texts - {"csrfmiddlewaretoken"})
            for names in [(name,) for name in texts] + [tuple(texts)] * (form.method == "post"):
                key = form.method, urlsplit(form.action).path, names
                if not names or key in tried:
                    continue
                tried.add(key)
                text = one if len(names) == 1 else storm(900, *OTHERS)
                took = cost(time.process_time, partial(send, client, form, names), text)
                if took >= LIMIT:
                    slow[" ".join((*key[:2], *names))] = took
    assert len(tried) > 40, tried
    assert slow == {}


# A real server ------------------------------------------------------------------------------------


class Browser:
    """Cookies of somebody in a room of the site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = httpx.Client(base_url=site.url, trust_env=False, timeout=120)
        wish = {"name": "Ada", "create": "", "csrfmiddlewaretoken": csrf_token(self.get("/").text)}
        self.code = self.post("/", wish).headers["Location"].split("/")[2]

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return self.http.post(path, data=fields, headers={"Origin": self.site.url})

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def cost(self, act: Callable[[str], object], text: str) -> float:
        """Return the seconds of the worker's processor time that a text takes beyond a word."""
        clock = (~self.site.workers[0].pid << 3) | 2  # as C's clock_getcpuclockid() has it
        return cost(partial(time.clock_gettime, clock), act, text)


@pytest.fixture(scope="module")
def browser(site: Site) -> Browser:
    return Browser(site)


def test_a_form_of_a_quarter_of_a_megabyte_is_not_read(browser: Browser) -> None:
    def submit(path: str, text: str) -> None:
        with suppress(httpx.TransportError):  # hung up on
            answer = browser.post(path, {"name": text})
            assert answer.status_code == 413 or text == "word", answer

    # A piece of a file is longer, and is not looked at for what it says.
    for path in [path for path in ADDRESSES if max_body(path) == MAX_BODY]:
        assert browser.cost(partial(submit, path), storm(258_000, "a")) < LIMIT, path


def test_no_address_header_or_cookie_is_felt_by_others(browser: Browser) -> None:
    read = {
        name
        for path in [*ROOT.glob("rooms/**/*.py"), *ROOT.glob("chatsite/**/*.py")]
        for name in re.findall(r'headers\.get\("([\w-]+)"', path.read_text())
    }
    assert "User-Agent" in read
    headers = read | {
        *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "If-Modified-Since"),
        *("If-None-Match", "Origin", "Range", "Referer", "X-CSRFToken", "X-Forwarded-For"),
        *("X-Forwarded-Host", "X-Forwarded-Proto"),
    }
    cookies = {*("zone", "device", "messages", "django_language"), *browser.http.cookies}
    slow: dict[str, float] = {}
    raw, path = storm(8000, *OTHERS), quote(storm(4500, MARKS))
    tries: dict[str, tuple[Callable[[str], object], str]] = {}
    for address in ADDRESSES:
        if CODE in address:
            tries[address] = (partial(ask, browser, address), path)
    for name in headers:
        tries[name] = (partial(ask, browser, "/history/", header=name), raw)
    for name in cookies:
        tries[f"cookie {name}"] = (partial(ask, browser, "/history/", cookie=name), raw)
    for name, (act, text) in tries.items():
        if (took := browser.cost(act, text)) >= LIMIT:
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
        browser.get(address, headers=headers)


# Sockets ------------------------------------------------------------------------------------------


def open_socket(browser: Browser, *, path: str = "", query: str = "") -> ClientConnection:
    host = urlsplit(browser.site.url).netloc
    return connect(
        f"ws://{host}/ws/rooms/{path or browser.code}/{query}",
        origin=browser.site.url,  # type: ignore[arg-type]
        additional_headers={"Cookie": browser.cookies},
        max_size=None,
        proxy=None,
    )


def shake_hands(browser: Browser, text: str, *, where: str) -> None:
    place = {where: text if where == "path" else f"?room={text}&after={text}"}
    with suppress(WebSocketException, OSError), open_socket(browser, **place) as socket:
        socket.recv(timeout=5)


def say(socket: ClientConnection, frame: dict[str, Any], name: str, text: str) -> None:
    """Send a frame with a text in a field, and one whose answer shows that the first was dealt with."""
    frame = {"client_id": secrets.token_hex(8), **frame, name: text}
    after = secrets.token_hex(8)
    socket.send(json.dumps(frame, ensure_ascii=False))
    socket.send(json.dumps({"type": "page", "before": 2, "limit": 1, "ref": after}))
    while after not in str(socket.recv(timeout=120)):
        pass


def test_no_frame_is_felt_by_others(site: Site) -> None:
    browser = Browser(site)
    slow: dict[str, float] = {}
    fields = {"before": 1, "seq": 1, "on": True, "limit": 1, "body": "hello", "emoji": "👍"}
    shapes = {shape.__struct_config__.tag: shape for shape in get_args(commands.Command)}
    del shapes["leave"]
    texts = [storm(60_000, MARKS), storm(8000, MARKS), storm(4000, *OTHERS)]
    with open_socket(browser):  # whoever has none has left the room before long
        for where in ("path", "query"):
            for text in map(quote, (storm(2500, MARKS), storm(2500, *OTHERS))):
                took = browser.cost(partial(shake_hands, browser, where=where), text)
                if took >= LIMIT:
                    slow[where] = took
        for kind, shape in shapes.items():
            # One socket a kind: after fifty bad frames a socket is closed.
            with open_socket(browser) as socket:
                for field in msgspec.structs.fields(shape):
                    for number, text in enumerate(texts):
                        act = partial(say, socket, {"type": kind, **fields}, field.name)
                        if (took := browser.cost(act, text)) >= LIMIT:
                            slow[f"{kind}.{field.name} {number}"] = took
    assert slow == {}

"""Every page of the site is guarded against other sites and against requests written by hand."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from chatsite.web import health
from history.models import Message
from rooms.addresses import FORWARDING
from rooms.models import Room
from tests.http.conftest import Person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Values for what stands in an address, whatever it is called.
CODE = "BCDF"


def addresses(patterns: list[Any] | None = None, before: str = "/") -> Iterator[str]:
    """An address for each route there is, the admin's included."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = before + _example(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path


def _example(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", route).replace("\\Z", "").strip("^$")
    route = route.replace("\\.", ".").replace("\\", "")
    route = re.sub(r"<(?:int|path):\w+>", "1", route)
    return re.sub(r"<[^>]*>", CODE, route)


ADDRESSES = sorted(set(addresses()))


@pytest.fixture
def visitors(ada: Person) -> list[Client]:
    """Nobody, a guest in a room, and one who may do everything."""
    ada.say(ada.create(title="Islands"), "hello")
    boss = Client(raise_request_exception=False)
    user = get_user_model().objects.create_superuser("boss", "boss@chat.example", "secret of boss")
    boss.force_login(user)
    ada.client.raise_request_exception = False
    return [Client(raise_request_exception=False), ada.client, boss]


def hardened(response: HttpResponse) -> list[str]:
    """Return the headers that an answer lacks."""
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    # Pages show files that are being sent from their own memory; they run nothing from there.
    others = [one for one in policy.split("; ") if not one.startswith(("img-src ", "media-src "))]
    wanted = {
        "nothing but pictures and media from memory": "blob:" not in " ".join(others),
        "default-src 'none'": "default-src 'none'" in policy,
        "no unsafe source": bool(policy) and "unsafe" not in policy and "*" not in policy,
        "no frame": "frame-ancestors 'none'" in policy,
        "no base": "base-uri 'none'" in policy,
        "forms to itself": "form-action 'self'" in policy,
        "no sniffing": headers.get("X-Content-Type-Options") == "nosniff",
        "no referrer": headers.get("Referrer-Policy") == "same-origin",
        "own window": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "no embedding": "Cross-Origin-Resource-Policy" in headers,
        "no features": "camera=()" in headers.get("Permissions-Policy", ""),
    }
    return [name for name, there in wanted.items() if not there]


def test_every_address_answers_with_every_header(visitors: list[Client]) -> None:
    room, message = Room.objects.get(), Message.objects.filter(kind="chat").get()
    assert len(ADDRESSES) > 40
    real = [path.replace(CODE, room.code) for path in ADDRESSES]
    real += [f"/history/rooms/{room.public_id}/", f"/admin/rooms/room/{room.pk}/change/"]
    real += [f"/admin/history/message/{message.pk}/change/", "/nowhere/", "/static/nowhere"]
    shown = 0
    for client in visitors:
        for path in real:
            for response in (client.get(path), client.post(path)):
                assert hardened(response) == [], (path, response.status_code)
                assert response.status_code < 500, path
                shown += response.status_code == 200
    assert shown > 40, "most of it was seen, not only refused"


def test_a_file_is_what_it_says_and_for_no_other_site() -> None:
    with override_settings(WHITENOISE_USE_FINDERS=True):
        headers = Client().get("/static/css/base.css").headers
    assert headers["Content-Type"].startswith("text/css")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_page_for_one_person_is_kept_by_no_cache(ada: Person) -> None:
    room = ada.create()
    for path in ("/", f"/rooms/{room.code}/", "/history/", "/history/rooms/"):
        caching = ada.get(path).headers["Cache-Control"]
        assert "no-store" in caching or "private" in caching, path


# Forms of other sites -----------------------------------------------------------------------------


def test_no_form_is_taken_without_its_token(visitors: list[Client]) -> None:
    for client in visitors:
        strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
        strict.cookies = client.cookies
        for path in ADDRESSES:
            response = strict.post(path.replace(CODE, Room.objects.get().code), {"name": "Eve"})
            assert response.status_code in {301, 403, 404, 405}, (path, response.status_code)
    assert Room.objects.get().is_open


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://chat.example", 302),
        ("https://friend.example", 302),
        ("http://chat.example", 403),
        ("https://chat.example:8443", 403),
        ("https://evil.example", 403),
        ("https://chat.example.evil.example", 403),
        ("null", 403),
    ],
)
def test_a_form_comes_from_the_site_itself(origin: str, status: int) -> None:
    with override_settings(
        ALLOWED_HOSTS=["chat.example"], CSRF_TRUSTED_ORIGINS=["https://friend.example"]
    ):
        client = Client(enforce_csrf_checks=True, headers={"host": "chat.example"})
        page = client.get("/", secure=True).content.decode()
        [token] = set(re.findall(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"', page))
        fields = {"name": "Ada", "create": "", "csrfmiddlewaretoken": token}
        sent = client.post("/", fields, secure=True, headers={"origin": origin})
        assert sent.status_code == status


def test_a_token_of_somebody_else_is_no_token() -> None:
    mine, theirs = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    token = re.findall(r'csrfmiddlewaretoken"\s+value="([^"]+)"', theirs.get("/").content.decode())
    mine.get("/")
    sent = mine.post("/", {"name": "Ada", "create": "", "csrfmiddlewaretoken": token[0]})
    assert sent.status_code == 403


# Redirects and hosts ------------------------------------------------------------------------------

ELSEWHERE = ("https://evil.example/", "//evil.example/", r"\\evil.example", "/\\evil.example", "javascript:alert(1)")  # fmt: skip


@pytest.mark.parametrize("there", ELSEWHERE)
def test_no_address_sends_people_to_another_site(visitors: list[Client], there: str) -> None:
    for client in visitors:
        for path in ADDRESSES:
            response = client.get(path, dict.fromkeys(("next", "url", "back", "to"), there))
            location = response.headers.get("Location", "")
            assert re.match(r"$|\?|/(?![/\\])", location), (path, location)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_logging_in_leads_to_no_other_site(there: str) -> None:
    get_user_model().objects.create_superuser("boss", "boss@chat.example", "secret of boss")
    sent = Client().post(
        f"/admin/login/?next={there}",
        {"username": "boss", "password": "secret of boss", "next": there},
    )
    assert sent.status_code == 302
    assert re.match(r"/(?![/\\])", sent.headers["Location"]), sent.headers["Location"]


@pytest.mark.parametrize("host", ["evil.example", "chat.example.evil.example", "chat.example@evil"])
@override_settings(ALLOWED_HOSTS=["chat.example"])
def test_a_host_that_is_not_ours_is_served_nothing(host: str) -> None:
    response = Client().get("/", headers={"host": host})
    assert response.status_code == 400
    assert host not in response.content.decode()


@override_settings(ALLOWED_HOSTS=["chat.example"])
def test_a_forwarded_host_is_not_believed() -> None:
    headers = {"host": "chat.example", "x-forwarded-host": "evil.example"}
    response = Client().get("/", headers=headers)
    assert response.status_code == 200
    assert "evil.example" not in response.content.decode()


# Sessions -----------------------------------------------------------------------------------------


def test_a_session_planted_before_signing_in_is_replaced(ada: Person) -> None:
    """Session fixation: with a key somebody else knows, and also one the server has made."""
    ada.client.cookies["sessionid"] = "a" * 32
    ada.create()
    first = ada.client.cookies["sessionid"].value
    assert first != "a" * 32
    get_user_model().objects.create_superuser("boss", "boss@chat.example", "secret of boss")
    assert ada.client.login(username="boss", password="secret of boss")
    assert ada.client.cookies["sessionid"].value != first
    assert ada.client.session.session_key != first


def test_the_sessions_cookie_is_not_for_scripts_nor_for_other_sites(ada: Person) -> None:
    ada.create()
    cookie = ada.client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]


# Files --------------------------------------------------------------------------------------------


def test_a_form_with_a_file_is_refused(visitors: list[Client]) -> None:
    for client in visitors:
        for path in ("/", "/admin/login/"):
            file = SimpleUploadedFile("picture.png", b"\x89PNG" * 1000, content_type="image/png")
            response = client.post(path, {"name": "Ada", "create": "", "file": file})
            assert response.status_code == 400, path
    assert Room.objects.count() == 1


# Metrics ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("10.1.2.3", 200),
        ("fd12::7", 200),
        ("8.8.8.8", 404),
        ("2606:4700::1111", 404),
        ("", 404),
        ("localhost", 404),
    ],
)
def test_figures_are_for_private_networks(address: str, status: int) -> None:
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == status


@pytest.mark.parametrize("header", FORWARDING)
def test_figures_are_refused_to_requests_through_a_proxy(header: str) -> None:
    """A proxy is in a private network; whoever it speaks for is not."""
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
    told = {header: "192.0.2.1", "authorization": "Bearer a long token"}
    with override_settings(CHAT_METRICS_TOKEN="a long token"):
        assert Client().get("/metrics", headers=told).status_code == 200


def test_figures_are_not_for_a_proxy_that_says_nothing() -> None:
    """As nginx is with no more than a proxy_pass."""
    for version, status in (("1.1", 200), ("1.0", 404)):
        asked = {"path": "/metrics", "headers": [], "http_version": version}
        answer = health.metrics(AsyncRequestFactory().request(**asked))
        assert answer.status_code == status


@override_settings(CHAT_METRICS_TOKEN="a long token")
def test_figures_need_the_token_if_there_is_one() -> None:
    client = Client(REMOTE_ADDR="8.8.8.8")
    told = {"authorization": "Bearer a long token"}
    assert client.get("/metrics", headers=told).status_code == 200
    for wrong in ("", "Bearer", "Bearer a long toke", "a long token", "Bearer ä"):
        assert client.get("/metrics", headers={"authorization": wrong}).status_code == 404
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 404

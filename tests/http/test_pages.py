"""Every page has the policy against foreign script, a title, pages for errors, and can be installed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders
from django.db import InterfaceError, OperationalError
from django.test import Client

from chatsite.web import pwa
from history import personal
from rooms.errors import ChatError, RateLimited, Unavailable
from tests.http.conftest import Person
from tests.http.pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TEMPLATES = Path(site_settings.BASE_DIR) / "templates"


@pytest.fixture
def pages(ada: Person, ben: Person) -> list[str]:
    """Every address somebody may come to by a link."""
    room = ada.create(title="Islands")
    ada.say(room, "hello", "world")
    return [
        "/",
        f"/rooms/{room.code}/",
        "/rooms/WXZ2/",
        "/history/",
        "/history/rooms/",
        f"/history/rooms/{room.public_id}/",
        "/history/export/?format=xml",
        "/offline/",
        "/nowhere/",
    ]


class TestEveryPage:
    def test_forbids_script_and_style_that_are_not_files_of_the_site(
        self, ada: Person, pages: list[str]
    ) -> None:
        for address in pages:
            response = ada.get(address)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, address
            assert "unsafe" not in policy
            for element in read(response).all():
                assert element.tag != "style", address
                assert not (element.tag == "script" and element.text), address
                for name in element.attributes:
                    assert name != "style", address
                    assert not name.startswith("on"), address

    def test_asks_no_other_host_for_anything(self, ada: Person, pages: list[str]) -> None:
        for address in pages:
            for element in read(ada.get(address)).all():
                for name in ("src", "href", "srcset", "action"):
                    link = element.attributes.get(name, "")
                    assert not re.match(r"(https?:)?//", link), (address, link)

    def test_has_a_title_a_heading_a_main_part_and_a_way_past_the_header(
        self, ada: Person, pages: list[str]
    ) -> None:
        titles = set()
        for address in pages:
            page = read(ada.get(address))
            titles.add(page.one("title").text)
            assert page.one("meta", name="description").attributes["content"]
            assert page.one("main").attributes["id"] == "main"
            assert page.one("a", class_="skip-link").attributes["href"] == "#main"
            assert page.one("h1").text
            assert page.one("html").attributes["lang"] == "en"
            ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
            assert len(ids) == len(set(ids)), address
        assert len(titles) == len(pages)

    def test_names_its_icon_buttons(self, ada: Person, pages: list[str]) -> None:
        for address in pages:
            for button in read(ada.get(address)).all("button"):
                named = button.text or button.attributes.get("aria-label")
                hidden = button.attributes.get("aria-hidden") or "hidden" in button.attributes
                assert named or hidden, (address, button.attributes)

    def test_uses_only_icons_there_are(self, ada: Person, pages: list[str]) -> None:
        sprite = Path(finders.find("icons/sprite.svg")).read_text()
        symbols = set(re.findall(r'<symbol id="([^"]+)"', sprite))
        for address in pages:
            used = {
                e.attributes["href"].partition("#")[2] for e in read(ada.get(address)).all("use")
            }
            assert used <= symbols, address

    def test_cannot_be_framed_and_sends_no_address_elsewhere(self, client: Client) -> None:
        headers = client.get("/").headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    def test_has_its_words_from_gettext(self) -> None:
        """No template has a sentence outside `translate` and its like."""
        for path in TEMPLATES.rglob("*.html"):
            if path.name == "brand.html" or path.parent.name == "admin":
                continue
            attributes = r"{% block (?:body_class|document|sheet) %}.*?{% endblock %}"
            text = re.sub(attributes, "", path.read_text())
            text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.S)
            text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.S)
            text = re.sub(r"<style>.*?</style>|<[^>]*>", "", text, flags=re.S)
            words = re.findall(r"[A-Za-z]{3,}", text)
            assert set(words) <= {"UTC"}, (path.name, words)


class TestErrors:
    def test_that_break_the_site_have_a_page_that_needs_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = Client(raise_request_exception=False)
        monkeypatch.setattr("rooms.pages.front._name", lambda request: 1 / 0)
        response = client.get("/")
        assert response.status_code == 500
        page = read(response)
        assert page.one("h1").text
        assert page.one("main").one("a").attributes["href"] == "/"

    @pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
    def test_of_the_database_ask_to_come_back(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        ada.create()

        def fail(*args: Any, **options: Any) -> None:
            raise error

        monkeypatch.setattr(personal, "own_messages", fail)
        response = ada.get("/history/")
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert read(response).one("h1").text

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Unavailable(), 503),
            (RateLimited(retry_after=1.2), 429),
            (ChatError(), 400),
        ],
    )
    def test_that_no_view_expects_have_a_page(
        self, ada: Person, monkeypatch: pytest.MonkeyPatch, error: ChatError, status: int
    ) -> None:
        ada.create()

        def fail(*args: Any, **options: Any) -> None:
            raise error

        monkeypatch.setattr(personal, "own_messages", fail)
        response = ada.get("/history/")
        assert response.status_code == status
        assert read(response).one("h1").text
        if error.retry_after:
            assert response.headers["Retry-After"] == "2"

    def test_of_a_wrong_host_are_told_nothing(self, client: Client) -> None:
        response = client.get("/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert "evil.example" not in response.content.decode()

    def test_of_an_overlong_form_have_a_page(self, client: Client) -> None:
        response = client.post("/", {"name": "x" * 300_000, "create": ""})
        assert response.status_code == 400
        assert read(response).one("h1").text

    @pytest.mark.parametrize(
        "status", ["400", "403", "403_csrf", "404", "405", "429", "500", "503"]
    )
    def test_each_have_a_page(self, status: str) -> None:
        assert (TEMPLATES / f"{status}.html").exists()


class TestInstalling:
    def test_the_manifest_names_icons_there_are(self, client: Client) -> None:
        response = client.get("/manifest.webmanifest")
        assert response.headers["Content-Type"] == "application/manifest+json"
        manifest = json.loads(response.content)
        assert manifest["display"] == "standalone"
        assert (manifest["start_url"], manifest["scope"]) == ("/", "/")
        assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
        assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
        for icon in manifest["icons"]:
            assert finders.find(icon["src"].removeprefix("/static/"))

    def test_the_worker_keeps_the_offline_page_and_files_of_the_site_only(
        self, client: Client
    ) -> None:
        response = client.get("/sw.js")
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert "no-cache" in response.headers["Cache-Control"]
        settings = json.loads(re.search(r"self\.offline = (.*);", response.content.decode())[1])
        assert settings["page"] == "/offline/"
        for address in settings["assets"]:
            assert finders.find(address.removeprefix("/static/")), address

    def test_the_worker_keeps_all_that_the_offline_page_needs(self, client: Client) -> None:
        page = read(client.get("/offline/"))
        needed = {e.attributes["src"] for e in page.all("script")}
        needed |= {e.attributes["href"] for e in page.all("link", rel="stylesheet")}
        needed |= {e.attributes["href"].partition("#")[0] for e in page.all("use")}
        # What these import, as the files of this test are not bundled.
        needed |= {"/static/css/base.css", "/static/css/ticket.css", "/static/js/net/backoff.js"}
        text = client.get("/sw.js").content.decode()
        kept = json.loads(re.search(r"self\.offline = (.*);", text)[1])["assets"]
        assert needed < set(kept)
        assert "/static/icons/icon.svg" in kept

    def test_a_new_release_is_a_new_worker(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = client.get("/sw.js").content
        assert client.get("/sw.js").content == before
        monkeypatch.setattr(pwa, "render_to_string", lambda name: "another page")
        assert client.get("/sw.js").content != before

    def test_the_offline_page_is_nobodys(self, ada: Person) -> None:
        room = ada.create(title="Islands")
        text = ada.get("/offline/").content.decode()
        assert room.code not in text
        assert "csrfmiddlewaretoken" not in text

    @pytest.mark.parametrize("path", ["/sw.js", "/offline/", "/manifest.webmanifest"])
    def test_asks_neither_session_nor_database(
        self, client: Client, path: str, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            response = client.get(path)
        assert "Cookie" not in response.headers.get("Vary", "")

"""A page of another site, in the browser of somebody who is in a room."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import OpenContext
from tests.browser.room_page import RoomPage
from tests.support.browser import Console
from tests.support.workers import Site

# Tries everything at once; answers what came of it.
ATTACK = """async ([site, code]) => {
  const socket = (url) => new Promise((done) => {
    const ws = new WebSocket(url);
    ws.onopen = () => done("open");
    ws.onerror = () => done("refused");
  });
  const ask = (path, options) =>
    fetch(site + path, { credentials: "include", ...options })
      .then(async (answer) => `${answer.type} ${await answer.text()}`, () => "refused");
  const load = (tag, path) => new Promise((done) => {
    const element = document.createElement(tag);
    element.onload = () => done("loaded");
    element.onerror = () => done("refused");
    element.src = site + path;
    document.body.append(element);
  });
  const form = new URLSearchParams({ name: "Eve", create: "" });
  const leave = new URLSearchParams({});
  return {
    socket: await socket(`${site.replace("http", "ws")}/ws/rooms/${code}/`),
    reading: await ask(`/rooms/${code}/`, {}),
    embedding: await ask(`/rooms/${code}/`, { mode: "no-cors" }),
    history: await ask("/history/export/", { mode: "no-cors" }),
    creating: await ask("/", { method: "POST", mode: "no-cors", body: form }),
    leaving: await ask(`/rooms/${code}/leave/`, { method: "POST", mode: "no-cors", body: leave }),
    script: await load("script", "/static/js/pages/room.js"),
    picture: await load("img", "/static/icons/icon-192.png"),
  };
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:  # type: ignore[override]
        pass


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[int]:
    """The port of another site on this machine."""
    (tmp_path / "index.html").write_text("<!doctype html><title>prizes</title><body>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


# Browsers take all ports of a host for one site, and send it SameSite cookies: then it is up to us.
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_site_gets_nowhere(
    site: Site, evil: int, host: str, open_context: OpenContext, console: Console
) -> None:
    console.allow(r"")  # the browser complains of every try
    context = open_context()
    home = context.new_page()
    home.goto(site.url)
    ada = RoomPage.create(home, "Ada")
    ada.say("for us alone")
    ada.expect_bodies(["for us alone"])
    before = site.rows("SELECT count(*) FROM rooms_room")

    page = context.new_page()
    page.goto(f"http://{host}:{evil}/")
    results = page.evaluate(ATTACK, [site.url, ada.code])
    assert set(results.values()) == {"refused"}, results

    page.evaluate(
        "(url) => { document.body.innerHTML = `<iframe src='${url}'></iframe>` }", ada.url
    )
    page.wait_for_timeout(0)
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_load_state()
    assert "for us alone" not in frame.content()
    assert not frame.locator("[data-status]").count()

    assert site.rows("SELECT count(*) FROM rooms_room") == before
    ada.say("still here")
    ada.expect_bodies(["for us alone", "still here"])

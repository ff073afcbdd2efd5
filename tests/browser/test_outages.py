"""A server that dies and comes back, perhaps with another release, and what people see meanwhile."""

import json
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenContext, come_in
from tests.support.browser import Console
from tests.support.story import step
from tests.support.workers import Site

# What chatsite/web/busy.py answers a form with, in the words of its page.
TOO_BUSY = "Very many people are joining right now."
# The style sheet of the offline page.
KEPT = "css/pages/offline.css"
TEN = [f"message {number}" for number in range(10)]
# The service worker is there, and in charge of the page.
INSTALLED = """() => navigator.serviceWorker.ready.then(() =>
    navigator.serviceWorker.controller ?? new Promise((done) =>
        navigator.serviceWorker.addEventListener("controllerchange", done))).then(() => true)"""
# Looked for by the browser on going to a page, and taken into use without asking.
REPLACED = """async (first) => {
    const isOnly = (kept) => kept.length === 1 && kept[0] !== first;
    while (!isOnly(await caches.keys())) await new Promise(requestAnimationFrame);
}"""


def test_a_killed_server_costs_no_message_and_pages_say_so_until_it_is_back(
    start_site: Callable[..., Site], open_context: OpenContext, console: Console
) -> None:
    console.allow("WebSocket|ERR_|Failed to (load|fetch)")
    site = start_site()
    [worker] = site.workers
    ada = come_in(open_context(), site.url, name="Ada", create="")
    page = ada.page.context.new_page()
    heading = page.get_by_role("heading", level=1)
    # A page that is loaded while the worker takes over would not be in its charge.
    ada.page.evaluate(INSTALLED)
    page.goto(site.url)
    page.evaluate(INSTALLED)
    [first] = page.evaluate("caches.keys()")
    ada.say("before")
    ada.expect_bodies(["before"])

    with step("what is typed waits"):
        worker.kill()
        ada.say(*TEN)
        expect(ada.page.locator(".message--waiting")).to_have_count(10)

    with step("a page that is gone to is the offline page, with its style"):
        page.goto(f"{site.url}/history/")
        expect(heading).to_have_text("You are offline")
        styled = page.evaluate("getComputedStyle(document.querySelector('.ticket')).display")
        assert styled == "grid"

    with step("back again, the page comes by itself: the browser never was without a network"):
        worker.start()
        expect(heading).to_have_text("History")

    with step("and what was typed is sent, once"):
        ada.expect_bodies(["before", *TEN], timeout=60_000)
        ada.page.reload()
        ada.wait_until_live().expect_bodies(["before", *TEN])
        stored = site.rows("SELECT body FROM history_message WHERE kind = 'chat' ORDER BY seq")
        assert [body for (body,) in stored] == ["before", *TEN]
        ada.page.close()

    with step("a new release replaces the offline page that is kept"):
        release_with(site, ".ticket { outline: 7px solid }")
        page.goto(f"{site.url}/history/")
        page.evaluate(REPLACED, first)
        worker.kill()
        page.goto(f"{site.url}/history/")
        expect(heading).to_have_text("You are offline")
        expect(page.locator(".ticket")).to_have_css("outline-width", "7px")

    with step("which has a button to try"):
        worker.start()
        page.get_by_role("button", name="Try now").click()
        expect(heading).to_have_text("History")


def release_with(site: Site, rule: str) -> None:
    """The site's worker restarts with another style sheet, as `prepare` puts one in place."""
    static = site.directory / "static"
    names = static / "staticfiles.json"
    manifest = json.loads(names.read_text())
    former = manifest["paths"][KEPT]
    latest = former.replace("pages/offline.", "pages/offline.next-")
    (static / latest).write_text((static / former).read_text() + rule)
    manifest["paths"][KEPT] = latest
    names.write_text(json.dumps(manifest))
    site.workers[0].restart()


def test_a_form_that_met_too_many_others_is_sent_again_by_itself(
    site: Site, open_context: OpenContext, console: Console
) -> None:
    console.allow("503")
    page = open_context().new_page()
    refused: list[str] = []

    def busy(route: Route) -> None:
        # As the server does it, but once: with its own page, of which it has the links to files.
        if route.request.method == "POST" and not refused:
            refused.append(route.request.post_data or "")
            route.fulfill(
                status=503,
                headers={"Retry-After": "1"},
                content_type="text/html",
                body=busy_page(site),
            )
        else:
            route.continue_()

    page.route(f"{site.url}/", busy)
    page.goto(site.url)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Open a room").click()
    expect(page.get_by_text(TOO_BUSY)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Your form is sent again")
    page.wait_for_url("**/rooms/*/")
    assert "name=Ada" in refused[0]


def busy_page(site: Site) -> str:
    """Return the page that the site answers with, made by its own code and of its own release."""
    said = "from chatsite.web import busy; print(busy._page(1, False).decode())"
    return site.manage("shell", "--verbosity=0", "--command", said)

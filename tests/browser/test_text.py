"""What people write, rendered and in real windows: it reads well, and none of it runs."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.room_page import RoomPage
from tests.support.browser import Aside, Console
from tests.support.client import Visitor
from tests.support.hostile import HOSTILE
from tests.support.workers import Site

AWKWARD = json.loads((Path(__file__).parents[1] / "data" / "awkward.json").read_text())
Invite = Callable[..., RoomPage]
OpenContext = Callable[..., BrowserContext]

# What one attack leaves open the next may use.
WRAPS = ("{}", "**x** {}", "> {}\n\n*x*", "- {}\n- ~~x~~")

# What a message may be made of, and nothing else.
STRANGE = """() => {
  const known = new Set(["DIV", "P", "BR", "STRONG", "EM", "S", "BLOCKQUOTE", "UL", "OL", "LI", "A",
    "SPAN", "MARK", "CODE", "PRE", "BUTTON", "WBR", "svg", "use"]);
  const attributes = new Set(["class", "dir", "href", "target", "rel", "title", "value", "tabindex",
    "data-user", "data-language", "data-rendered", "data-body", "type", "aria-label", "aria-hidden"]);
  const strange = [];
  for (const node of document.querySelectorAll(".message__text *")) {
    if (!known.has(node.tagName)) strange.push(node.outerHTML);
    for (const { name } of node.attributes) if (!attributes.has(name)) strange.push(node.outerHTML);
    if (node.closest("svg") && !node.closest(".code-block__copy")) strange.push(node.outerHTML);
    if (node.tagName === "A" && !/^(https?|mailto):/.test(node.href)) strange.push(node.outerHTML);
    if (node.tagName === "A" && node.rel !== "noopener noreferrer nofollow") strange.push(node.outerHTML);
  }
  return strange;
}"""
# Messages through the page's own code, and what handlers they may have set off.
SHOW = """async (messages) => {
  const { messageText } = globalThis[Symbol.for("modules")]["js/log/message-text.js"];
  const reader = { sprite: "", myId: "u_1" };
  const all = document.createElement("section");
  all.append(...messages.map((message) => messageText(message, reader)));
  document.body.append(all);
  for (const node of all.querySelectorAll("*")) {
    for (const type of ["mouseover", "focus", "load", "error"]) node.dispatchEvent(new Event(type));
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""


TWO_WAYS = "The first of three lines is long\nשורה שנייה\nsecond"
# At which side of the text each of its lines begins and ends: the short ones are at one of them.
SIDES = """(element) => {
  const box = element.getBoundingClientRect();
  const range = document.createRange();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const lines = [];
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    lines.push(...[...range.getClientRects()].filter(({ width }) => width > 1));
  }
  const rows = new Map(lines.map((rect) => [Math.round(rect.top), rect]));
  return [...rows.values()].map(({ left }) => (left - box.left < 2 ? "left" : "right"));
}"""


async def say(site: Site, visitor: Visitor, bodies: list[str]) -> str:
    code = await visitor.create()
    async with visitor.socket(code) as room:
        for body in bodies:
            await room.post(body)
    return code


def sign_in(page: Page, site: Site, visitor: Visitor) -> None:
    jar = visitor.http.cookies.jar
    page.context.add_cookies(
        [{"name": cookie.name, "value": cookie.value or "", "url": site.url} for cookie in jar]
    )


def hostile_bodies() -> list[str]:
    """All inputs, each in one of the wraps: as many to a message as one page of messages needs."""
    wrapped = [WRAPS[i % len(WRAPS)].format(text) for i, text in enumerate(HOSTILE)]
    return ["\n\n".join(wrapped[start : start + 10])[:4000] for start in range(0, len(wrapped), 10)]


def test_nothing_that_people_write_runs(
    site: Site, open_context: OpenContext, aside: Aside
) -> None:
    # The console fixture fails the test for any report of the Content-Security-Policy.
    page = open_context().new_page()
    dialogs, requests = watch(page)
    visitor = site.visitor("Mallory")
    bodies = hostile_bodies()
    code = aside.run(say(site, visitor, bodies))
    sign_in(page, site, visitor)
    page.goto(f"{site.url}/rooms/{code}/")
    RoomPage(page).wait_until_live()
    expect(page.locator(".message__text")).to_have_count(len(bodies))
    expect(page.locator(".message__text--rich").first).to_be_visible()
    assert page.evaluate(STRANGE) == []
    # And each by itself, as it is shown before it is rendered.
    page.evaluate(SHOW, [{"body": text} for text in HOSTILE])
    assert page.evaluate(STRANGE) == []
    page.goto(f"{site.url}/history/")
    page.locator("main").get_by_role("link").filter(has_text=code).first.click()
    page.wait_for_selector("[data-transcript] .message__text--rich")
    assert page.evaluate(STRANGE) == []
    assert dialogs == []
    assert [url for url in requests if not url.startswith(site.url)] == []


async def meet(site: Site, code: str, name: str, texts: list[str]) -> Visitor:
    """Somebody of this name comes in and says these."""
    visitor = Visitor(site.url, name)
    await visitor.join(code)
    async with visitor.socket(code) as room:
        for text in texts:
            await room.post(text)
    return visitor


def test_awkward_names_and_texts_are_shown_whoever_looks(
    ada: RoomPage, site: Site, open_context: OpenContext, aside: Aside
) -> None:
    names, texts = AWKWARD["names"], AWKWARD["texts"]
    share = math.ceil(len(texts) / len(names))
    people = [
        aside.run(meet(site, ada.code, name, [f"I am {name}", *texts[start :: len(names)][:share]]))
        for start, name in enumerate(names)
    ]
    count = len(names) + len(texts)
    expect(ada.texts).to_have_count(count)
    shown = ada.page.locator(".message__name").all_inner_texts()
    assert {name.strip() for name in shown} == {" ".join(name.split()) for name in names}
    # And by each of those whose own name has been an obstacle.
    page = open_context().new_page()
    for visitor in people[:7]:
        page.context.clear_cookies()
        sign_in(page, site, visitor)
        window = RoomPage.again(page, ada.url)
        expect(window.message(f"I am {names[-1]}")).to_be_in_viewport()


def test_a_message_that_cannot_be_drawn_leaves_the_others_be(
    ada: RoomPage, console: Console
) -> None:
    console.allow("poison")
    ada.page.add_init_script(
        """const parse = DOMParser.prototype.parseFromString;
        DOMParser.prototype.parseFromString = function (text, type) {
            if (text.includes("poison")) throw new Error("poison");
            return parse.call(this, text, type);
        };"""
    )
    ada.page.reload()
    ada.wait_until_live()
    ada.say("**before**", "**poison**", "**after**")
    ada.expect_bodies(["before", "after"])
    expect(ada.page.get_by_text("This message cannot be shown.")).to_be_visible()


def test_the_page_would_not_even_trust_the_server(ada: RoomPage, console: Console) -> None:
    # Parsed, though never shown, an attack is reported by the policy as one that it prevented.
    console.allow("violates the following Content Security Policy")
    dialogs, requests = watch(ada.page)
    ada.page.evaluate(SHOW, [{"body": "", "html": text} for text in HOSTILE])
    assert ada.page.evaluate(STRANGE) == []
    assert dialogs == []
    assert [url for url in requests if not url.startswith("http://127.0.0.1")] == []


def watch(page: Page) -> tuple[list[str], list[str]]:
    """What scripts say, and all that is asked for."""
    dialogs: list[str] = []
    requests: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    return dialogs, requests


def test_marks_are_shown_and_code_is_copied(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    ben.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.box.fill("**Look**, @Ben:\n```python\nprint(1)\n```")
    ada.box.press("Enter")
    text = ben.log.locator(".message__text")
    expect(text.locator("strong")).to_have_text("Look")
    expect(text.locator("mark.mention")).to_have_text("@Ben")
    expect(text.locator(".code-block")).to_have_attribute("data-language", "python")
    text.locator(".code-block").hover()
    # Each line reads from its own side, also where nothing needed to be rendered.
    for body in (TWO_WAYS, f"*{TWO_WAYS}*"):
        ben.say(body)
        lines = ada.log.locator(".message__text").last
        expect(lines).to_contain_text("second")
        expect(lines.locator("em")).to_have_count(body.count("*") // 2)
        assert lines.evaluate(SIDES) == ["left", "right", "left"]
    # So it does in what is downloaded: all one said, and a room.
    history = urljoin(ben.url, "/history/")
    request, saved = ben.page.context.request, ben.page.context.new_page()
    room = re.search(r"rooms/r_\w+/", request.get(history).text())
    assert room
    for part in ("", room[0]):
        saved.set_content(request.get(f"{history}{part}export/?format=html").text())
        texts = saved.locator(":is(p[dir], .text)", has_text="second")
        expect(texts).to_have_count(2)
        for lines in texts.all():
            assert lines.evaluate(SIDES) == ["left", "right", "left"]
    saved.close()
    text.locator(".code-block").hover()
    text.get_by_role("button", name="Copy code").click()
    expect(text.get_by_role("button", name="Copied")).to_be_visible()
    assert ben.page.evaluate("navigator.clipboard.readText()") == "print(1)"

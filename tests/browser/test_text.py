"""What people write, rendered and in real windows: it reads well, and none of it runs."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.room_page import RoomPage
from tests.support.browser import Aside
from tests.support.client import Visitor
from tests.support.hostile import HOSTILE
from tests.support.workers import Site

Invite = Callable[..., RoomPage]

# All in a few long messages and some short ones: what one attack leaves open the next may use.
WRAPS = ("{}", "**x** {}", "> {}\n\n*x*", "- {}\n- ~~x~~")

# What a message may be made of, and nothing else.
STRANGE = """() => {
  const known = new Set(["DIV", "P", "BR", "STRONG", "EM", "S", "BLOCKQUOTE", "UL", "OL", "LI", "A",
    "SPAN", "MARK", "CODE", "PRE", "BUTTON", "svg", "use"]);
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
TEXTS = "() => document.querySelectorAll('.message__text').length"


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
    """Each input in one of the wraps, a dozen to a message; and each again by itself, shuffled."""
    wrapped = [WRAPS[i % len(WRAPS)].format(text) for i, text in enumerate(HOSTILE)]
    return ["\n\n".join(wrapped[start : start + 8])[:4000] for start in range(0, len(wrapped), 8)]


def test_nothing_that_people_write_runs(
    site: Site, open_context: Callable[..., Any], aside: Aside
) -> None:
    # The console fixture fails the test for any report of the Content-Security-Policy.
    page = open_context().new_page()
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError(dialog.message)))
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    visitor = site.visitor("Mallory")
    bodies = hostile_bodies()
    code = aside.run(say(site, visitor, bodies))
    sign_in(page, site, visitor)
    page.goto(f"{site.url}/rooms/{code}/")
    RoomPage(page).wait_until_live()
    expect(page.locator(".message__text--rich").first).to_be_visible()
    assert page.evaluate(TEXTS) >= min(len(bodies), 50)
    assert page.evaluate(STRANGE) == []
    # All of them through the page's code, also those that the server shows as they were typed.
    strange = page.evaluate(
        """async (inputs) => {
            const { messageText } = await import(
              document.querySelector('link[href*="js/message-text"]').href);
            const reader = { sprite: "", myId: "u_1", myName: () => "Ada" };
            const all = document.createElement("section");
            for (const text of inputs) {
              all.append(messageText({ body: text }, reader), messageText({ body: "", html: text }, reader));
            }
            document.body.append(all);
            for (const node of all.querySelectorAll("*")) {
              node.dispatchEvent(new Event("mouseover", { bubbles: true }));
              node.dispatchEvent(new Event("focus"));
            }
            await new Promise((done) => setTimeout(done, 50));
            return all.querySelectorAll("script, img, iframe, style, form, input, [style], [onerror]").length;
        }""",
        HOSTILE,
    )
    assert strange == 0
    assert page.evaluate(STRANGE) == []
    page.goto(f"{site.url}/history/")
    page.locator("main").get_by_role("link").filter(has_text=code).first.click()
    page.wait_for_selector("[data-transcript] .message__text--rich")
    assert page.evaluate(STRANGE) == []
    assert [url for url in elsewhere if not url.startswith(site.url)] == []


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
    text.get_by_role("button", name="Copy code").click()
    expect(text.get_by_role("button", name="Copied")).to_be_visible()
    assert ben.page.evaluate("navigator.clipboard.readText()") == "print(1)"

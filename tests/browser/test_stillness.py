"""What moves in a room, and what must not: measured where it stands on the screen."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.message_menu import choose, delete
from tests.browser.room_page import RoomPage
from tests.support.story import step

Invite = Callable[..., RoomPage]

LIMIT = 4000
# A name without a place to break, and a letter with thirty marks on it, which no name may have.
WIDE = "W" * 40
PILED = "Z" + "\u0353\u0310" * 15
TOO_WIDE = """page => [...document.querySelectorAll("#room :is(p, bdi, span, summary, button)")]
    .filter(node => node.checkVisibility() && !node.closest(".visually-hidden"))
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
    .map(node => [node.getBoundingClientRect().right, node.outerHTML])"""


def places(*locators: Locator) -> list[Any]:
    return [locator.bounding_box() for locator in locators]


def tops(room: RoomPage) -> list[float]:
    """Where each row of the log stands."""
    rows: list[float] = room.page.locator("[data-rows] > *").evaluate_all(
        "rows => rows.map(row => row.offsetTop - row.closest('[role=log]').scrollTop)"
    )
    return rows


def test_what_is_read_stays_where_it_is(ada: RoomPage, invite: Invite) -> None:
    ben = invite(ada, "Ben")
    page = ada.page
    box, below = page.locator("textarea[name=body]"), page.locator(".composer__below")
    ben.say("at nein", "on the pier", "with cake")
    ada.expect_bodies(["at nein", "on the pier", "with cake"])

    with step("messages of one author are further apart than their lines"):
        gaps = ada.texts.evaluate_all(
            """texts => texts.slice(1).map((text, index) => {
                const { fontSize, lineHeight } = getComputedStyle(text);
                const leading = parseFloat(lineHeight) - parseFloat(fontSize);
                const gap = text.getBoundingClientRect().top
                    - texts[index].getBoundingClientRect().bottom;
                return gap - leading;
            })"""
        )
        assert len(gaps) == 2
        assert min(gaps) >= 0, gaps

    with step("a reply moves neither the box nor the line of typists and characters under it"):
        box.fill("x" * (LIMIT - 9))
        expect(page.locator("[data-counter]")).to_have_text("9 characters left")
        before = places(box, below)
        choose(ada, "pier", "Reply")
        expect(page.locator("[data-composing]")).to_be_visible()
        assert places(box, below) == before
        page.keyboard.press("Escape")
        assert places(box, below) == before
        box.fill("")

    with step("an edit is marked, and moves no row"):
        before_edit = tops(ada)
        for old, new in (("at nein", "at nine"), ("on the pier", "by the pier")):
            choose(ben, old, "Edit")
            ben.page.keyboard.press("ControlOrMeta+a")
            ben.page.keyboard.type(new)
            ben.page.keyboard.press("Enter")
            expect(ada.message(new)).to_contain_text("edited")
        assert tops(ada) == before_edit

    with step("nor does a pin; the row of pins says what it is, closed and open"):
        ada.say("we meet at noon")
        ada.message("noon").and_(page.locator("[data-seq]")).wait_for()
        choose(ada, "noon", "Pin")
        expect(ada.message("noon").locator("[data-mark=pinned]")).to_have_text("Pinned")
        summary = page.locator("[data-pins] summary")
        expect(summary).to_contain_text("we meet at noon")
        summary.click()
        expect(summary.get_by_text("Pinned messages")).to_be_visible()
        summary.click()
        choose(ada, "noon", "Unpin")
        expect(ada.message("noon").locator("[data-mark]")).to_have_count(0)

    with step("nothing is offered for a message that is gone"):
        more = ada.page.get_by_role("button", name="More")
        ada.message("cake").hover()
        expect(more).to_be_visible()
        delete(ben, "cake")
        expect(more).to_have_count(0)
        gone = ada.message("This message was deleted")
        gone.hover()
        gone.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("menu")).to_be_hidden()
        expect(more).to_have_count(0)


def test_names_and_words_without_a_break_stay_in_their_box(ada: RoomPage, invite: Invite) -> None:
    wide = invite(ada, WIDE)
    phone = invite(ada, "M" * 40, device="phone")
    wide.box.press_sequentially("a")
    expect(phone.page.locator("[data-typists]")).to_contain_text("is typing")
    assert phone.page.evaluate(TOO_WIDE) == []
    wide.say("ab" * 300, PILED * 3)
    phone.message("abab").get_by_role("button", name="Actions").tap()
    phone.page.get_by_role("menuitem", name="Reply").tap()
    expect(phone.page.locator("[data-composing]")).to_contain_text("WWW")
    assert phone.page.evaluate(TOO_WIDE) == []
    width = "[document.documentElement.scrollWidth, innerWidth]"
    scrolled, seen = phone.page.evaluate(width)
    assert scrolled == seen
    # The longest title takes no place from the code.
    phone.page.locator("[data-title]").evaluate("title => { title.textContent = 'M'.repeat(80) }")
    code = phone.page.locator(".room-bar [data-code]")
    lines = "code => code.clientHeight / parseFloat(getComputedStyle(code).fontSize)"
    assert code.evaluate(lines) < 2
    assert phone.page.evaluate(width) == [seen, seen]
    # What is drawn above and below a line ends with the message.
    assert phone.texts.last.evaluate("text => getComputedStyle(text).overflowY") == "clip"

"""A busy room costs a window little: how often it draws, how much at once, and what is laid out.

Counted, not timed: how long it takes is measured by benchmarks/frames.py.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.room_page import RoomPage, talk
from tests.support.browser import Aside
from tests.support.story import step
from tests.support.workers import Site

AT_END = 120  # static/js/log/viewport.js
# Layouts: one for the scroll to the end, perhaps one for the frame and one for what observes its size.
# Were each row measured as it is added, there would be a hundred.
PER_CHANGE = 3

# Frames can be held back, as on a machine that is busy with something else. Of each change of the
# log: in which frame it was, and how many rows were added and how many there were then.
COUNTING = """(() => {
    const counts = { frame: 0, changes: [], held: null, heard: "" };
    window.WebSocket = class extends WebSocket {
        constructor(...options) {
            super(...options);
            this.addEventListener("message", ({ data }) => { counts.heard += data; });
        }
    };
    const next = window.requestAnimationFrame.bind(window);
    const draw = (callback) => next((time) => {
        counts.frame += 1;
        callback(time);
    });
    window.requestAnimationFrame = (callback) => {
        if (counts.held) counts.held.push(callback);
        else draw(callback);
    };
    window.counts = counts;
    window.hold = () => { counts.held = []; };
    window.release = () => {
        const callbacks = counts.held;
        counts.held = null;
        callbacks.forEach(draw);
        return callbacks.length;
    };
    window.count = () => {
        counts.changes = [];
        const rows = document.querySelector("[data-rows]");
        new MutationObserver((records) => {
            const added = records.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0);
            counts.changes.push([counts.frame, added, rows.childElementCount]);
        }).observe(rows, { childList: true });
    };
})()"""


@dataclass(frozen=True)
class Change:
    frame: int
    added: int
    rows: int


def changes(page: Page) -> list[Change]:
    return [Change(*row) for row in page.evaluate("counts.changes")]


def test_however_much_is_said_a_frame_draws_a_bounded_part_of_it_once(
    ada: RoomPage, site: Site, aside: Aside
) -> None:
    page = ada.page
    page.add_init_script(COUNTING)
    page.reload()
    ada.wait_until_live()
    ada.say("here I am")
    ada.expect_bodies(["here I am"])
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def layouts() -> int:
        metrics: list[dict[str, Any]] = devtools.send("Performance.getMetrics")["metrics"]
        return next(int(each["value"]) for each in metrics if each["name"] == "LayoutCount")

    page.evaluate("count()")

    with step("what comes between two frames is drawn with the next, the newest part of it alone"):
        page.evaluate("hold()")
        aside.run(talk(site, ada.code, 500))
        page.wait_for_function("""() => counts.heard.includes('"number 500"')""", polling=50)
        before = layouts()
        assert page.evaluate("release()") == 1
        expect(page.get_by_text("number 500", exact=True)).to_be_in_viewport()
        first, *rest = changes(page)
        assert AT_END / 2 < first.added <= AT_END + 5  # the heading of a day, the unread line
        assert all(change.added < 5 for change in rest), rest  # the writer leaves
        assert layouts() - before <= PER_CHANGE * (1 + len(rest))

    with step("a stream of messages is drawn once a frame, and each of its rows is made once"):
        page.evaluate("counts.changes = []")
        before = layouts()
        aside.run(talk(site, ada.code, 700))
        expect(page.get_by_text("number 700", exact=True)).to_be_in_viewport()
        drawn = changes(page)
        assert layouts() - before <= PER_CHANGE * len(drawn)
        assert len({change.frame for change in drawn}) == len(drawn)
        assert sum(change.added for change in drawn) <= 700 + 5
        assert max(change.rows for change in drawn) <= AT_END + 5

"""Files: into the page, on their way, in the log, and gone."""

import base64
import io
import re
import zlib
from collections.abc import Callable

from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect

from tests.browser import axe
from tests.browser.conftest import OpenContext, come_in
from tests.browser.finger import Finger
from tests.browser.message_menu import choose, delete
from tests.browser.room_page import RoomPage
from tests.support.browser import Console
from tests.support.story import step
from tests.support.workers import Site


def picture(name: str, width: int, height: int, colour: int) -> FilePayload:
    """Return a PNG of one colour, as a screenshot is one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = (b"\0" + bytes([colour, 90, 120]) * width) * height
    image = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    image.seek(0, io.SEEK_END)
    image.write(chunk(b"IHDR", size + b"\x08\x02\0\0\0"))
    image.write(chunk(b"IDAT", zlib.compress(rows)))
    image.write(chunk(b"IEND", b""))
    return {"name": name, "mimeType": "image/png", "buffer": image.getvalue()}


# Milliseconds. The process that makes images again starts slowly on a machine that is busy.
LOOKED_AT = 90_000

REPORT: FilePayload = {
    "name": "Engine report.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4 " + b"engine " * 20_000,
}

STATUS = "address => fetch(address, { cache: 'no-store' }).then(({ status }) => status)"
HEIGHTS = "boxes => boxes.map(box => box.getBoundingClientRect().height)"

# What a browser does with files that come by the clipboard or by a mouse.
HAND_OVER = """([files, kind]) => {
    const data = new DataTransfer();
    for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
    }
    const how = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent(kind, { ...how, clipboardData: data })
        : new DragEvent(kind, { ...how, dataTransfer: data });
    document.querySelector(".talk").dispatchEvent(event);
}"""


def hand_over(page: Page, kind: str, *files: FilePayload) -> None:
    """Let files come by an event: `paste`, `dragover` or `drop`."""
    packed = [{**one, "base64": base64.b64encode(one["buffer"]).decode()} for one in files]
    for one in packed:
        del one["buffer"]
    page.evaluate(HAND_OVER, [packed, kind])


def attach(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Attach files").click()
    choosing.value.set_files(list(files))


def tray(page: Page) -> Locator:
    return page.get_by_role("region", name="Files to send")


def prepared(page: Page, count: int) -> None:
    expect(page.locator(".tray__file[aria-busy=false]")).to_have_count(count)


def shown(room: RoomPage, count: int) -> None:
    """All pictures of the log are there, and loaded."""
    images = room.log.locator("img")
    expect(images).to_have_count(count, timeout=LOOKED_AT)
    for number in range(count):
        expect(images.nth(number)).to_have_js_property("complete", True)
        assert images.nth(number).evaluate("image => image.naturalWidth") > 0


def test_files_come_into_the_room_and_are_looked_at(
    site: Site, open_context: OpenContext, invite: Callable[..., RoomPage], console: Console
) -> None:
    ada = come_in(open_context(bypass_csp=True), site.url, name="Ada", create="")
    page = ada.page
    ben = invite(ada, "Ben", device="phone")
    held: list[Route] = []

    with step("what is pasted waits in the tray, and goes with Enter alone"):
        hand_over(page, "paste", picture("image.png", 900, 500, 40))
        prepared(page, 1)
        expect(tray(page)).to_contain_text("image.png")
        expect(ada.box).to_be_focused()
        ada.box.press("Enter")
        expect(tray(page)).to_be_hidden()
        for room in (ada, ben):
            shown(room, 1)

    with step("what is dropped is announced by a veil, and sent with a text"):
        hand_over(page, "dragover", REPORT)
        veil = page.get_by_text("Drop files here to send them")
        expect(veil).to_be_visible()
        hand_over(page, "drop", REPORT)
        expect(veil).to_be_hidden()
        prepared(page, 1)
        ada.say("the report")
        card = ben.message("the report").get_by_role("link", name="Download Engine report.pdf")
        # Never cut, however long what is before it.
        expect(card.locator(".file-name > :last-child")).to_have_text(".pdf")
        with ben.page.expect_download() as downloading:
            card.click()
        assert downloading.value.path().read_bytes() == REPORT["buffer"]

    with step("what is chosen can be described, left out, and is said no to with a reason"):
        empty: FilePayload = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}
        attach(page, *(picture(f"{n}.png", 400, 300, n) for n in range(3)), REPORT, empty)
        prepared(page, 4)
        expect(page.get_by_text(re.compile("empty.txt.? is empty"))).to_be_visible()
        page.get_by_role("button", name="Remove Engine report.pdf").click()
        page.get_by_role("button", name="Describe 0.png").click()
        page.keyboard.type("The left engine")
        assert axe.violations(page) == []
        attach(page, *(picture(f"{n}.png", 40, 30, n) for n in range(8)))
        expect(page.get_by_text("A message takes 10 files")).to_be_visible()
        for number in range(7):
            page.get_by_role("button", name=f"Remove {number}.png").last.click()
        ada.say("three")
        for room in (ada, ben):
            shown(room, 4)
        expect(ben.log.get_by_role("img", name="The left engine")).to_be_visible()

    with step("in a quote they are named"):
        choose(ada, "Engine report.pdf", "Reply")
        reply = page.get_by_role("textbox", name="Reply to Ada")
        reply.fill("thanks")
        reply.press("Enter")
        expect(ben.message("thanks").locator(".quote")).to_contain_text("the report")

    with step("the viewer is used by keys, and gives the focus back"):
        first = ada.log.locator("a.shot").first
        first.press("Enter")
        viewer = page.get_by_role("dialog", name="Picture")
        expect(viewer).to_contain_text("image.webp")
        expect(viewer.get_by_role("img")).to_have_attribute("src", re.compile("/view/"))
        page.keyboard.press("ArrowRight")
        expect(viewer).to_contain_text("The left engine")
        page.keyboard.press("+")
        expect(viewer).to_have_attribute("data-zoomed", "")
        assert axe.violations(page) == []
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        expect(first).to_be_focused()

    with step("the room's files are in a list, which leads to their messages"):
        page.get_by_role("button", name="Files of this room").click()
        files = page.get_by_role("dialog", name="Files of this room")
        expect(files.get_by_role("listitem")).to_have_count(5)
        assert axe.violations(page) == []
        files.get_by_role("button", name="Show Engine report.pdf in the talk").click()
        expect(files).to_be_hidden()

    with step("the boxes are as large before their script is there as they are with it"):
        ben.page.route("**/file-drawing.*.js", lambda route: held.append(route))
        ben.page.reload()
        ben.wait_until_live()
        expect(ben.log.locator(".files")).to_have_count(3)
        expect(ben.log.locator("img")).to_have_count(0)
        reserved = ben.log.locator(".files").evaluate_all(HEIGHTS)
        [script] = held
        script.continue_()
        shown(ben, 4)
        expect(ben.log.get_by_role("link", name="Download Engine report.pdf")).to_be_visible()
        assert ben.log.locator(".files").evaluate_all(HEIGHTS) == reserved

    with step("another text leaves the files as they are"):
        choose(ada, "three", "Edit")
        edit = page.get_by_role("textbox", name="Edit message")
        edit.fill("four, no: three")
        edit.press("Enter")
        for room in (ada, ben):
            expect(room.message("four, no: three")).to_contain_text("edited")
            shown(room, 4)

    with step("a long press on a picture opens the menu of its message, and a tap the picture"):
        picture_of_ben = ben.message("four, no: three").locator("a.shot").first
        finger = Finger(ben.page, picture_of_ben)
        finger.press()
        expect(ben.message("four, no: three")).to_have_class(re.compile("is-active"))
        finger.lift()
        menu = ben.page.get_by_role("menu", name="Message from Ada")
        expect(menu).to_be_visible()
        ben.settle()
        expect(menu).to_be_visible()
        expect(ben.page.get_by_role("dialog", name="Picture")).to_be_hidden()
        ben.page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        picture_of_ben.tap()

    with step("what is deleted is seen nowhere any more"):
        looked_at = ben.page.get_by_role("dialog", name="Picture")
        expect(looked_at.get_by_role("img")).to_have_attribute("src", re.compile("/view/"))
        address = looked_at.get_by_role("img").get_attribute("src")
        assert ben.page.evaluate(STATUS, address) == 200
        console.allow("404 .*/view/")
        delete(ada, "four, no: three")
        expect(looked_at).to_be_hidden()
        shown(ben, 1)
        assert ben.page.evaluate(STATUS, address) == 404


def test_a_photo_that_is_taken_in_a_tunnel_arrives_once_and_in_order(
    ada: RoomPage, invite: Callable[..., RoomPage], console: Console
) -> None:
    console.allow("ERR_|Failed to load resource")
    page = ada.page
    ben = invite(ada, "Ben")

    with step("it is shown at once, and waits with what is said after it"):
        page.route("**/files/", lambda route: route.abort())
        attach(page, picture("tunnel.png", 900, 600, 200))
        prepared(page, 1)
        ada.say("in the tunnel", "after it")
        row = ada.message("in the tunnel")
        shown(ada, 1)
        expect(row.get_by_role("progressbar")).to_be_visible()
        expect(row.get_by_role("button", name="Cancel")).to_be_visible()
        expect(ada.page.locator("[data-client-id]")).to_have_count(2)

    with step("a reload loses nothing"):
        page.reload()
        ada.wait_until_live()
        shown(ada, 1)
        expect(ada.page.locator("[data-client-id]")).to_have_count(2)
        page.unroute("**/files/")
        ben.expect_bodies(["in the tunnel", "after it"], timeout=LOOKED_AT)
        ada.expect_bodies(["in the tunnel", "after it"])
        for room in (ada, ben):
            shown(room, 1)

    with step("what is given up is not sent"):
        page.route("**/files/", lambda route: route.abort())
        attach(page, picture("never.png", 300, 200, 10))
        prepared(page, 1)
        ada.say("never mind")
        ada.message("never mind").get_by_role("button", name="Cancel").click()
        ada.say("said")
        ben.expect_bodies(["in the tunnel", "after it", "said"])
        page.unroute("**/files/")

    with step("a refusal is said on the row, and can be tried again"):
        refusal = {"error": {"code": "too_big", "message": "You have sent a lot today."}}
        page.route("**/files/", lambda route: route.fulfill(status=413, json=refusal))
        attach(page, picture("later.png", 300, 200, 10))
        prepared(page, 1)
        ada.say("later")
        row = ada.message("later")
        expect(row).to_contain_text("Not sent. You have sent a lot today.")
        page.unroute("**/files/")
        row.get_by_role("button", name="Retry").click()
        shown(ben, 2)

    with step("a page that is left with files in the tray asks first"):
        asked: list[str] = []

        def stay(question: Dialog) -> None:
            asked.append(question.type)
            question.dismiss()

        page.once("dialog", stay)
        attach(page, picture("chosen.png", 300, 200, 60))
        prepared(page, 1)
        page.evaluate("location.reload()")
        expect(tray(page)).to_contain_text("chosen.png")
        assert asked == ["beforeunload"]
        page.get_by_role("button", name="Remove chosen.png").click()

    with step("what is pasted before the room's first welcome waits for it"):
        welcomed: list[bool] = []
        page.route_web_socket(
            "**/ws/**",
            lambda socket: (socket.connect_to_server() and None) if welcomed else socket.close(),
        )
        page.reload()
        expect(ada.status).not_to_have_attribute("data-kind", "live")
        expect(page.get_by_role("button", name="Attach files")).to_be_visible()
        hand_over(page, "paste", picture("early.png", 300, 200, 90))
        prepared(page, 1)
        ada.say("early")
        expect(ada.message("early")).to_have_class(re.compile("message--waiting"))
        welcomed.append(True)
        shown(ben, 3)
        shown(ada, 3)

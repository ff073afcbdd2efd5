"""Files in a room, for the pictures: photos in rows, one alone, documents; the viewer and the list of them."""

from io import BytesIO

from PIL import Image
from playwright.async_api import FilePayload, Page

from tools import room_scenes

# Skies over the sea: the colour at the top, at the horizon and of the water, and how large the photo is.
_VIEWS = (
    ("ferry at noon.jpg", "#5b9bd5", "#dfeaf3", "#2f6c8f", (1600, 1067)),
    ("from the pier.jpg", "#f2a65a", "#fde5c3", "#8a5a44", (1067, 1600)),
    ("the islands.jpg", "#44608a", "#c9d6e6", "#1f3b4d", (2000, 900)),
    ("evening.jpg", "#3b2c52", "#e98a6b", "#2a2338", (1200, 1200)),
    ("lighthouse.jpg", "#8fb8a8", "#eef3df", "#3c6e63", (1600, 1200)),
)
_DOCUMENTS: tuple[FilePayload, ...] = (
    {
        "name": "Timetable north–south, summer.pdf",
        "mimeType": "application/pdf",
        "buffer": b"%PDF-1.4" * 40_000,
    },
    {"name": "packing-list.txt", "mimeType": "text/plain", "buffer": b"coats\n" * 90},
)


def _photo(top: str, horizon: str, water: str, size: tuple[int, int]) -> bytes:
    scale = Image.linear_gradient("L").resize((size[0], size[1] * 2 // 3))
    sky = Image.composite(
        Image.new("RGB", scale.size, horizon), Image.new("RGB", scale.size, top), scale
    )
    view = Image.new("RGB", size, water)
    view.paste(sky)
    file = BytesIO()
    view.save(file, "JPEG", quality=85)
    return file.getvalue()


async def send(page: Page) -> None:
    """Send them, unless they are there from the width before."""
    await room_scenes.settle(page)
    if await page.locator(".message").count() == 0:
        photos: list[FilePayload] = [
            {"name": name, "mimeType": "image/jpeg", "buffer": _photo(top, horizon, water, size)}
            for name, top, horizon, water, size in _VIEWS
        ]
        await _say(page, "The whole day, in order:", photos)
        await _say(page, "And this is where we stay.", photos[-1:])
        await _say(page, "", list(_DOCUMENTS))
    await page.locator(".gallery .shot img").last.wait_for()
    await page.locator(".shot img").evaluate_all(
        "images => Promise.all(images.map((image) => image.decode().catch(() => {})))"
    )


async def _say(page: Page, text: str, files: list[FilePayload]) -> None:
    before = await page.locator(".message[data-seq]").count()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files(files)
    await page.locator(".tray__file").nth(len(files) - 1).wait_for()
    await page.fill("textarea[name=body]", text)
    await page.get_by_role("button", name="Send").click()
    await page.locator(".message[data-seq]").nth(before).wait_for()


async def open_viewer(page: Page) -> None:
    await send(page)
    await page.locator(".gallery .shot").nth(2).click()
    await page.wait_for_selector(".viewer[open] img")


async def open_list(page: Page) -> None:
    await send(page)
    await room_scenes.open_panel(page)
    await page.locator("[data-files-list]").click()
    await page.wait_for_selector(".file-list[open] .file-list__file")

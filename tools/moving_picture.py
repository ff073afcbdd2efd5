"""The README's moving picture: a code on a screen, and a phone that comes in.

python -m tools.moving_picture        into var/screenshots/coming-in-light.webp and -dark.webp
"""

import asyncio
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, async_playwright

from tests.support.browser import DEVICES, flags
from tests.support.programs import require_chromium
from tests.support.workers import Site
from tools.screenshots import PICTURES, THEMES

SIZE = 1200, 620
# Where the two stand in the picture, and how much smaller they are there than on their screens.
DESK = (24, 24), (880, 550)
PHONE = (928, 40), (248, 537)
CORNERS = 14
GROUND = {"light": "#e6dfd0", "dark": "#0c0b09"}
# Milliseconds that a picture is seen.
KEY, BEAT, READ = 140, 700, 2200
QUALITY = 82


@dataclass
class Film:
    """Pictures of both screens side by side, each with the time for which it is seen."""

    desk: Page
    phone: Page
    theme: str
    pictures: list[Image.Image] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    async def take(self, milliseconds: int) -> None:
        picture = Image.new("RGB", SIZE, GROUND[self.theme])
        for page, (place, size) in ((self.desk, DESK), (self.phone, PHONE)):
            data = await page.screenshot(animations="disabled", caret="initial")
            screen = Image.open(io.BytesIO(data)).convert("RGB")
            picture.paste(screen.resize(size, Image.Resampling.LANCZOS), place, _rounded(size))
        self.pictures.append(picture)
        self.times.append(milliseconds)

    async def type(self, selector: str, text: str) -> None:
        for letter in text:
            await self.phone.locator(selector).press_sequentially(letter)
            await self.take(KEY)

    def save(self, path: Path) -> None:
        first, *others = self.pictures
        first.save(
            path, save_all=True, append_images=others, duration=self.times, loop=0, quality=QUALITY
        )


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *size), CORNERS, fill=255)
    return mask


async def shoot(browser: Browser, site: Site, theme: str) -> Path:
    scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
    devices = DEVICES["desktop"], DEVICES["phone"] | {"device_scale_factor": 2}
    desk, phone = [
        await (
            await browser.new_context(
                base_url=site.url, color_scheme=scheme, reduced_motion="reduce", **device
            )
        ).new_page()
        for device in devices
    ]
    await desk.goto("/")
    await desk.fill("[name=name]", "Ada")
    await desk.click("[name=create]")
    await desk.wait_for_selector("#room [data-people] li", state="attached")
    code = desk.url.rstrip("/").rsplit("/", 1)[1]
    await phone.goto("/")
    film = Film(desk, phone, theme)
    await film.take(READ)
    await phone.tap("[name=code]")
    await film.type("[name=code]", code)
    await phone.tap("[name=name]")
    await film.type("[name=name]", "Linus")
    await phone.tap("[name=join]")
    await phone.wait_for_selector("#room [data-people] li >> nth=1", state="attached")
    await desk.wait_for_selector("#room [data-people] li >> nth=1", state="attached")
    await film.take(READ)
    await film.type("textarea[name=body]", "Hello from the bus!")
    await phone.get_by_role("button", name="Send").tap()
    for page in (desk, phone):
        await page.get_by_text("Hello from the bus!").first.wait_for()
    await film.take(BEAT * 2)
    await desk.fill("textarea[name=body]", "Ten seconds. Not bad.")
    await desk.keyboard.press("Enter")
    for page in (desk, phone):
        await page.get_by_text("Ten seconds. Not bad.").first.wait_for()
    await film.take(READ * 2)
    path = PICTURES / f"coming-in-{theme}.webp"
    film.save(path)
    await desk.context.close()
    await phone.context.close()
    return path


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Site() as site:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=require_chromium(), args=flags()
            )
            for theme in THEMES:
                print(await shoot(browser, site, theme))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())

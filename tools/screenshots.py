"""Pictures of every page, wide and narrow, light and dark, from a site with demo data.

python -m tools.screenshots             all of them, into var/screenshots/
python -m tools.screenshots front room  only those whose name begins so
python -m tools.screenshots --screens   only the main screens, each in every width

The contact sheet of each page, with all its pictures side by side, is in sheets/ below that.
"""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.support.browser import flags
from tests.support.programs import ROOT, require_chromium
from tests.support.workers import Site
from tools.contact_sheet import contact_sheet
from tools.demo import demo
from tools.scenes import WIDTHS, Scene, scenes

PICTURES = ROOT / "var" / "screenshots"
THEMES = ("light", "dark")
# Up to here a screen is a phone's, with fingers. Pixels.
PHONE = 480


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scenes, and where their pictures go."""

    into: Path
    prefixes: tuple[str, ...]
    only_screens: bool

    def __contains__(self, scene: Scene) -> bool:
        if self.only_screens and not scene.is_screen:
            return False
        return not self.prefixes or scene.name.startswith(self.prefixes)


async def take(browser: Browser, site: Site, scene: Scene, width: int, into: Path) -> list[Path]:
    """Take the pictures of one width, of each theme one. The page stays the same meanwhile."""
    is_phone = width <= PHONE
    context = await browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": WIDTHS[width]},
        has_touch=is_phone,
        is_mobile=is_phone,
        reduced_motion="reduce",
    )
    paths = []
    try:
        if scene.visitor:
            cookies = scene.visitor.http.cookies.jar
            await context.add_cookies(
                [{"name": c.name, "value": c.value or "", "url": site.url} for c in cookies]
            )
        page = await context.new_page()
        await page.goto(scene.path)
        if scene.step:
            await scene.step(page)
        for theme in THEMES:
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            path = into / f"{scene.name}-{width}-{theme}.png"
            await page.screenshot(path=path, full_page=True)
            print(path)
            paths.append(path)
    finally:
        await context.close()
    return paths


async def main(wanted: Wanted) -> None:
    sheets = wanted.into / "sheets"
    sheets.mkdir(parents=True, exist_ok=True)
    with Site() as site:
        async with async_playwright() as playwright, demo(site) as data:
            browser = await playwright.chromium.launch(
                executable_path=require_chromium(), args=flags()
            )
            for scene in scenes(data):
                if scene not in wanted:
                    continue
                columns = [
                    await take(browser, site, scene, width, wanted.into) for width in scene.widths
                ]
                rows = [list(row) for row in zip(*columns, strict=True)]
                contact_sheet(rows, sheets / f"{scene.name}.png")
            await browser.close()


def parse() -> Wanted:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prefixes", nargs="*", metavar="PREFIX", help="how the names begin")
    parser.add_argument("--screens", action="store_true", help="only the main screens")
    parser.add_argument("--into", type=Path, default=PICTURES, metavar="FOLDER")
    arguments = parser.parse_args()
    return Wanted(arguments.into, tuple(arguments.prefixes), arguments.screens)


if __name__ == "__main__":
    asyncio.run(main(parse()))

"""Contact sheets: all pictures of one screen side by side, the widths in a row, light above dark."""

from pathlib import Path

from PIL import Image

SCALE = 0.5
GAP = 16
GROUND = "#8a8a8a"
# A long page says by its first screens what it looks like. Pixels of the page.
MOST_HEIGHT = 1600


def contact_sheet(rows: list[list[Path]], into: Path) -> None:
    """Write one picture with the pictures of `rows`, each row of them below the one before."""
    shrunk = [[_shrunk(path) for path in row] for row in rows]
    width = max(sum(picture.width + GAP for picture in row) for row in shrunk) + GAP
    heights = [max(picture.height for picture in row) + GAP for row in shrunk]
    sheet = Image.new("RGB", (width, sum(heights) + GAP), GROUND)
    top = GAP
    for row, height in zip(shrunk, heights, strict=True):
        left = GAP
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + GAP
        top += height
    sheet.save(into)


def _shrunk(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        part = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, MOST_HEIGHT)))
    size = round(part.width * SCALE), round(part.height * SCALE)
    return part.resize(size, Image.Resampling.LANCZOS)

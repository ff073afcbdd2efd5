"""What was made of a picture, read again."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from rooms.imaging import drawing, formats
from rooms.imaging.limits import Limits
from rooms.imaging.remaker import Picture, Remaker
from tests.support import images


@dataclass(frozen=True)
class Drawn:
    """The answer of the process, and its two pictures."""

    measures: dict[str, Any]
    files: tuple[bytes, bytes]
    thumb: Image.Image
    view: Image.Image


def drawn(data: bytes) -> Drawn:
    """Draw a picture again in this process: what is drawn is the same, and takes a tenth of the time."""
    kind = formats.type_of(data[: formats.HEAD])
    assert kind is not None
    measures, *files = drawing.draw(io.BytesIO(data), kind, Limits())
    thumb, view = (images.opened(file) for file in files)
    assert thumb.format == view.format == "WEBP"
    assert (thumb.size, view.size) == (measures["thumb"], measures["view"])
    return Drawn(measures, (files[0], files[1]), thumb, view)


def remade(data: bytes, folder: Path, remaker: Remaker) -> Picture | None:
    """Have a file made again in an empty folder. No file but the two is left there, whatever comes of it."""
    source, thumb, view = (folder / name for name in ("source", "thumb", "view"))
    source.write_bytes(data)
    picture = remaker.remake(source, thumb=thumb, view=view)
    left = set(os.listdir(folder))
    assert left == ({"source", "thumb", "view"} if picture else {"source"})
    if picture:
        for path, width in ((thumb, picture.thumb_width), (view, picture.view_width)):
            with Image.open(path) as image:
                assert (image.format, image.width) == ("WEBP", width)
    return picture

"""Decode a picture and draw it again, as a thumbnail and as a view. Runs in `child` alone.

Only pixels go from one to the other: no profile, no place and time, no comment, no byte after the
picture's end.
"""

import io
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from rooms.imaging.limits import Limits

# Width and height that each is made to fit; nothing is made larger.
THUMB = (840, 560)
VIEW = (2560, 2560)

# Each type has its one decoder. Image.open would try others too: MPO for some JPEGs.
DECODERS: dict[str, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    "image/png": PngImagePlugin.PngImageFile,
    "image/jpeg": JpegImagePlugin.JpegImageFile,
    "image/webp": WebPImagePlugin.WebPImageFile,
    "image/gif": GifImagePlugin.GifImageFile,
}

_QUALITY = 82
# Pictures of at most so many colours are tried without loss, and kept if they take less of a byte a pixel.
_FEW_COLOURS = 2**14
_SMALL = 0.25
_SRGB = ImageCms.createProfile("sRGB")
# Of ten that show an animation for such a short time browsers show it for 100 ms.
_SHORTEST, _INSTEAD = 10, 100

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = range(5, 9)  # orientations in which width and height change places


class Refused(Exception):
    """The picture is larger than the limits; the text says in what."""


def warm_up() -> None:
    """Draw a picture of each type, so that all that is loaded at first use is loaded."""
    for name in ("PNG", "JPEG", "WEBP", "GIF"):
        file = io.BytesIO()
        profile = ImageCms.ImageCmsProfile(_SRGB).tobytes()
        Image.new("RGB", (1, 1)).save(file, name, exif=Image.Exif(), icc_profile=profile)
        file.seek(0)
        draw(file, f"image/{name.lower()}", Limits())


def draw(source: IO[bytes], kind: str, limits: Limits) -> tuple[dict[str, Any], bytes, bytes]:
    """Return the measures of the original and of both pictures, all upright, and both pictures.

    Raises Refused, or whatever the decoder raises at what it does not understand.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    picture = DECODERS[kind](source)
    size = picture.size
    if size[0] * size[1] > limits.pixels:
        raise Refused(f"{size[0]} × {size[1]} pixels")
    frames = getattr(picture, "n_frames", 1)
    # A JPEG is decoded at a half, a quarter or an eighth, where that is still enough.
    picture.draft("", fitting(size, VIEW))
    orientation = _orientation(picture)
    sideways, turn = orientation in _SIDEWAYS, _TURNS.get(orientation)
    still = _drawn(picture, fitting(size, VIEW), turn)
    small = still.resize(fitting(still.size, THUMB), Image.Resampling.LANCZOS)
    view: bytes | None = None
    shown = size
    if 1 < frames <= limits.frames:
        lying = fitting(size, THUMB[::-1] if sideways else THUMB)
        view = _moving(picture, frames, lying, turn, limits)
        shown = lying[::-1] if sideways else lying
    measures = {
        "size": size[::-1] if sideways else size,
        "frames": frames,
        "moves": view is not None,
        "thumb": small.size,
        "view": still.size if view is None else shown,
    }
    return measures, _lossy(small, method=4), view or _sharp(still) or _lossy(still, method=2)


def fitting(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """Return a size of the same proportions that fits into the box, never larger, at least a pixel."""
    scale = min(1, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _moving(
    picture: ImageFile.ImageFile,
    frames: int,
    size: tuple[int, int],
    turn: Image.Transpose | None,
    limits: Limits,
) -> bytes | None:
    """Return the animation as WebP, None if it is too long or breaks off."""
    if frames * size[0] * size[1] > limits.drawn:
        return None
    drawn, lasting = [], []
    latest = time.process_time() + limits.processor / 2
    try:
        for number in range(frames):
            picture.seek(number)
            drawn.append(_drawn(picture, size, turn))
            duration = picture.info.get("duration", 0)
            lasting.append(duration if duration > _SHORTEST else _INSTEAD)
            if time.process_time() > latest:
                return None
        return _webp(
            drawn[0],
            save_all=True,
            append_images=drawn[1:],
            duration=lasting,
            loop=picture.info.get("loop", 1),
            quality=_QUALITY,
        )
    except Exception:  # noqa: BLE001 - its first frame is shown
        return None


def _sharp(image: Image.Image) -> bytes | None:
    """Return a picture of few colours, such as a screenshot, without loss, if that is small too."""
    if image.getcolors(_FEW_COLOURS) is None:
        return None
    made = _webp(image, lossless=True, quality=50, method=4)
    return made if len(made) < image.width * image.height * _SMALL else None


def _lossy(image: Image.Image, *, method: int) -> bytes:
    return _webp(image, quality=_QUALITY, method=method)


def _webp(image: Image.Image, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, "WEBP", **options)
    return made.getvalue()


def _drawn(
    picture: ImageFile.ImageFile, size: tuple[int, int], turn: Image.Transpose | None
) -> Image.Image:
    """Return the frame that the picture is at: sRGB, upright, in this size but for the turn."""
    picture.load()
    image = _resizable(picture)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    image = _srgb(image, picture.info.get("icc_profile"))
    return image if turn is None else image.transpose(turn)


def _resizable(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode whose values can be mixed; with its profile's colours still."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in {"RGBA", "CMYK"}:
        return picture
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in {"RGB", "L"} else picture.convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        # A profile that is broken, or another mode's, counts as none.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, given, _SRGB, outputMode=mode) or image
    return image.convert(mode)


def _orientation(picture: ImageFile.ImageFile) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - whatever is wrong beside the pixels is wrong there alone
        return 1

"""Images for tests, most of them as nobody would send them in good faith."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

PNG = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the image as a file of this kind: PNG, JPEG, WEBP, GIF or TIFF."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def quarters(width: int, height: int) -> Image.Image:
    """Return an image that is red, green, blue and white, from the upper left in the order of reading."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for left, top, colour in ((0, 0, "red"), (width // 2, 0, "lime"), (0, height // 2, "blue")):
        draw.rectangle((left, top, left + width // 2 - 1, top + height // 2 - 1), fill=colour)
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise((width, height), 90) for _ in range(3)])


def animation(kind: str, frames: int = 3, size: tuple[int, int] = (60, 40)) -> bytes:
    """Return an animation of plain colours, each shown for 200 ms, without end."""
    colours = [Image.new("RGB", size, (80 * (n % 3), 20, 200)) for n in range(frames)]
    return encoded(colours[0], kind, save_all=True, append_images=colours[1:], duration=200, loop=0)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    return PNG + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def png_that_says(width: int, height: int) -> bytes:
    """Return an image that has one row of what it says it is."""
    row = png_chunk(b"IDAT", zlib.compress(bytes(width + 1)))
    return png_header(width, height) + row + png_chunk(b"IEND", b"")


def png_of_zeros(side: int) -> bytes:
    """Return a black square: a thousandth of what it is, decoded."""
    pack = zlib.compressobj()
    row = bytes(side + 1)
    rows = b"".join(pack.compress(row) for _ in range(side)) + pack.flush()
    return png_header(side, side) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_with_a_text_bomb() -> bytes:
    """Return a small image with a comment that is 128 MiB, unpacked."""
    pack = zlib.compressobj()
    text = b"".join(pack.compress(bytes(2**20)) for _ in range(2**7)) + pack.flush()
    image = encoded(Image.new("L", (8, 8)), "PNG")
    header, rest = image[:33], image[33:]
    return header + png_chunk(b"zTXt", b"Comment\0\0" + text) + rest


def gif_of_frames(frames: int) -> bytes:
    """Return a GIF of so many frames of one pixel, black and white in turn."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = (
        b"\x21\xf9\x04\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02"
    )
    black, white = frame + b"\x44\x01\0", frame + b"\x4c\x01\0"
    return head + (black + white) * (frames // 2) + b";"


def gif_beyond_its_screen() -> bytes:
    """Return a GIF of one pixel whose frame says that it is 50,000 × 50,000."""
    data = bytearray(gif_of_frames(2))
    at = data.index(b"\x2c\0\0\0\0\x01\0\x01\0")
    data[at + 5 : at + 9] = struct.pack("<HH", 50_000, 50_000)
    return bytes(data)


def webp_canvas(side: int) -> bytes:
    """Return an animated WebP that says how large its canvas is, with one frame of a pixel."""
    data = bytearray(animation("WEBP", size=(1, 1)))
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = struct.pack("<I", side - 1)[:3] * 2
    return bytes(data)


def webp_chunks(data: bytes) -> Iterator[bytes]:
    """Yield the names of what a WebP is made of."""
    assert data[:4] == b"RIFF"
    assert len(data) == struct.unpack_from("<I", data, 4)[0] + 8
    at = 12
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        yield data[at : at + 4]
        at += 8 + length + length % 2

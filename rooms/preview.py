"""The picture that goes with a shared link: the code, set large, on a ticket.

It is drawn from the text of the code alone and is the same whether there is such a room or not.
preview_art.png, an 8-bit palette image whose rows are stored unfiltered, holds the ticket and below
it the letters; putting a code on the ticket is copying bytes.
"""

import struct
import zlib
from functools import cache, lru_cache
from pathlib import Path

from rooms.codes import ALPHABET, MAX_LENGTH

WIDTH, HEIGHT = 1200, 630
# The letters stand six in a row, in the order of the alphabet.
_COLUMNS, _LETTER_WIDTH, _LETTER_HEIGHT = 6, 180, 240
# Where on the ticket the code goes: room for four letters, or for more of them made smaller.
_LEFT, _TOP, _FULL_SIZE = 108, 195, 4
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@lru_cache(maxsize=256)
def png(code: str) -> bytes:
    """The picture for a normalized code."""
    palette, rows = _art()
    shrink = -(-len(code) // _FULL_SIZE)
    picture = rows[:HEIGHT]
    top = _TOP + (_LETTER_HEIGHT - _LETTER_HEIGHT // shrink) // 2
    letters = [_letter(rows, mark, shrink) for mark in code[:MAX_LENGTH]]
    for line, pieces in enumerate(zip(*letters, strict=True), top):
        text = b"".join(pieces)
        picture[line] = picture[line][:_LEFT] + text + picture[line][_LEFT + len(text) :]
    pixels = b"".join(b"\0" + row for row in picture)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(pixels)),
            _chunk(b"IEND", b""),
        )
    )


def _letter(rows: list[bytes], mark: str, shrink: int) -> list[bytes]:
    row, column = divmod(ALPHABET.index(mark), _COLUMNS)
    top, left = HEIGHT + row * _LETTER_HEIGHT, column * _LETTER_WIDTH
    return [
        line[left : left + _LETTER_WIDTH : shrink]
        for line in rows[top : top + _LETTER_HEIGHT : shrink]
    ]


@cache
def _art() -> tuple[bytes, list[bytes]]:
    """The palette, and the rows of the art as bytes, one for each pixel."""
    data = Path(__file__).with_name("preview_art.png").read_bytes()
    chunks: dict[bytes, bytes] = {}
    position = len(_SIGNATURE)
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        chunks[kind] = data[position + 8 : position + 8 + length]
        position += length + 12
    pixels = zlib.decompress(chunks[b"IDAT"])
    stride = WIDTH + 1  # each row is led by the number of its filter
    return chunks[b"PLTE"], [
        pixels[start + 1 : start + stride] for start in range(0, len(pixels), stride)
    ]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""Which files are pictures that a page may show: a closed list, told by how a file begins."""

import re

# What a file of each type begins with. Neither its name nor what its sender calls it counts.
# Never in here: SVG, which is a document with scripts; TIFF and its like, whose decoders are many in one.
_BEGINNINGS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL),
    "image/gif": re.compile(rb"GIF8[79]a"),
}
TYPES = frozenset(_BEGINNINGS)
# Bytes that are enough to tell.
HEAD = 16


def type_of(head: bytes) -> str | None:
    """Return the media type of a file that begins with these HEAD bytes, None if it is no such picture."""
    for name, beginning in _BEGINNINGS.items():
        if beginning.match(head):
            return name
    return None

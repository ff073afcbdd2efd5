"""Export messages as files, written while they are read: memory does not grow with their length.

One person's messages in every room (`own`), and one room's log (`room`). Each also as an archive with the
files of the messages (`zipped`).
"""

from history.export import own, room, zipped
from history.export.own import FORMATS
from history.export.parts import Format, Reader, stream

# What `?format=` can be.
OWN_FORMATS = (*FORMATS, zipped.extension)
ROOM_FORMATS = (*room.WRITERS, zipped.extension)

__all__ = [
    "FORMATS",
    "OWN_FORMATS",
    "ROOM_FORMATS",
    "Format",
    "Reader",
    "own",
    "room",
    "stream",
    "zipped",
]

"""Export messages as files, written while they are read: memory does not grow with their length.

One person's messages in every room (`own`), and one room's log (`room`).
"""

from history.export import room
from history.export.own import FORMATS
from history.export.parts import Format, Reader, stream

__all__ = ["FORMATS", "Format", "Reader", "room", "stream"]

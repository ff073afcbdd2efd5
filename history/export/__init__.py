"""What was said, as a file that is written while it is read: memory does not grow with its length.

One person's messages in every room (`own`), and one room's log (`room`).
"""

from history.export import room
from history.export.own import FORMATS
from history.export.parts import Format, Reader, stream

__all__ = ["FORMATS", "Format", "Reader", "room", "stream"]

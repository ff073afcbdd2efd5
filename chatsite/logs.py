"""One line for each log record, whatever is in it."""

import logging

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}
del _ESCAPES[ord("\n")], _ESCAPES[ord("\t")]


class LineFormatter(logging.Formatter):
    """Escapes control characters, so that no text a visitor wrote can forge a line of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).translate(_ESCAPES).replace("\n", "\\n")

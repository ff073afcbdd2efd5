"""Write tables and lines that are safe to open.

CSV: a header, RFC 4180, UTF-8 with a byte order mark (without it spreadsheets guess another
encoding). A cell that a spreadsheet would run as a formula (it starts with = + - @, a tab or a line
break) gets an apostrophe before it; remove that to have the text as written.

Plain text: a message begins with its time in brackets. Its further lines, and what belongs to it, are
indented, so that no text can pass for another message.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INDENT = "    "


def rows(table: Sequence[Sequence[Any]]) -> str:
    """Return rows of CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([_unarmed(cell) for cell in row] for row in table)
    return text.getvalue()


def _unarmed(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def line(at: datetime, before: str, text: str, marks: Iterable[str] = ()) -> str:
    """Return a message as plain text. `before` is its author or room, `marks` are lines below it."""
    first, *more = [*(text.splitlines() or [""])]
    told = [f"[{moment(at)}] {before}{first}", *(_INDENT + other for other in (*more, *marks))]
    return "\n".join(told) + "\n"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

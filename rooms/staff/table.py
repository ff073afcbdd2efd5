"""A list as a table whose cells name their columns: on a narrow screen each row is a card.

Django makes the cells; here they get the name of their column, a mark if there is nothing in them, and
their roles, which they lose in a browser when they are laid out as anything but a table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.templatetags.admin_list import result_headers, results
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

# What stands where there is nothing, in lists and on pages.
NOTHING = "–"

_CELL = re.compile(r"<(?P<tag>t[dh])(?P<rest>[^>]*)>(?P<inner>.*)</t[dh]>", re.DOTALL)
_EMPTY = frozenset({"", NOTHING})


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its text, the class that Django gives it, and whether the list is in its order."""

    text: str
    css: SafeString
    is_order: bool

    @property
    def is_box(self) -> bool:
        """Whether it is the box that ticks those of every row."""
        return "action-checkbox" in self.css


def _cell(html: str, head: Head) -> str:
    found = _CELL.fullmatch(html.strip())
    assert found is not None, html
    tag, rest, inner = found["tag"], found["rest"], found["inner"]
    role = 'scope="row" role="rowheader"' if tag == "th" else 'role="cell"'
    # The head of the boxes to tick is a box itself: nothing that could be written beside another.
    if "action-checkbox" in rest:
        return f"<{tag} {role}{rest}>{inner}</{tag}>"
    name = format_html('data-label="{}"', head.text)
    text = strip_tags(inner).strip()
    usual = " data-usual" if 'class="is-usual"' in inner else ""
    empty = " data-empty" if text in _EMPTY else " data-zero" if text == "0" else usual
    return f"<{tag} {role} {name}{empty}{rest}><div>{inner}</div></{tag}>"


def _capitalised(text: object) -> str:
    """Return the text with a capital, and the box to tick, which is no text, as it is."""
    return text if isinstance(text, SafeString) else capfirst(str(text))


class Table:
    """The heads of a list's columns, and its rows, each the cells of one."""

    def __init__(self, changes: Any) -> None:
        self._changes = changes

    @cached_property
    def heads(self) -> Sequence[Head]:
        order = getattr(self._changes.model_admin, "sorted_by", "")
        return [
            Head(
                text=_capitalised(head["text"]),
                css=mark_safe(str(head["class_attrib"])),  # noqa: S308
                is_order=name == order,
            )
            for name, head in zip(
                self._changes.list_display, result_headers(self._changes), strict=True
            )
        ]

    @property
    def rows(self) -> Iterator[SafeString]:
        for cells in results(self._changes):
            pairs = zip(cells, self.heads, strict=True)
            # Cells are made by Django, of what it has escaped.
            yield mark_safe("".join(_cell(conditional_escape(cell), head) for cell, head in pairs))  # noqa: S308

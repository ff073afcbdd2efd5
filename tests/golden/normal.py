"""What differs from run to run, given names that do not: ids, numbers of markers, times, codes."""

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ID = re.compile(r"\b[ur]_[0-9a-f]{16}\b")
# What an id begins with.
_KINDS = {"u": "person", "r": "room"}
# Fields that are places in a log, or lists of them.
_NUMBERS = {"seq", "seqs", "changed", "after", "through", "reply_to"}
# Fields of seconds that go by while a test runs.
_SECONDS = {"muted_left", "retry_after"}


class Names:
    """Names of one recording, given in the order in which things first appear in it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self.markers: list[int] = []
        """The numbers that markers took, ascending: nothing of a recording."""

    def know(self, thing: str, name: str) -> None:
        """Call a thing so wherever it stands, unless it has a name."""
        self._names.setdefault(thing, name)

    def of(self, thing: str, kind: str) -> str:
        if thing not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[thing] = f"<{kind} {self._counts[kind]}>"
        return self._names[thing]

    def number(self, seq: int) -> int:
        """A place in the log, were there no markers in it."""
        return seq - bisect_right(self.markers, seq)

    def normal(self, value: Any, key: str = "") -> Any:
        """The same with these names in it."""
        match value:
            case dict():
                self._meet(value)
                return {self.text(k): self.normal(v, k) for k, v in value.items()}
            case list():
                return [self.normal(each, key) for each in value]
            case bool() | None:
                return value
            case int() | float() if key in _SECONDS and value:
                return "<seconds>"
            case int() if key in _NUMBERS:
                return self.number(value)
            case int() if key in {"undo", "undoes"}:
                return self.of(f"deed {value}", "deed")
            case str():
                return "<history>" if key == "history" else self.text(value)
        return value

    def text(self, text: str) -> str:
        text = _TIME.sub("<time>", text)
        text = _ID.sub(lambda found: self.of(found[0], _KINDS[found[0][0]]), text)
        for code in [thing for thing, name in self._names.items() if name.startswith("<code")]:
            text = re.sub(rf"\b{code}\b", self._names[code], text)
        return text

    def _meet(self, found: dict[str, Any]) -> None:
        """Note the code of a room, or of an answer to an order."""
        code = found.get("code")
        if isinstance(code, str) and re.fullmatch(r"[A-Z2-9]{4}", code):
            self.of(code, "code")


def by_name(people: list[Any], name: Callable[[Any], str] = lambda person: person["name"]) -> Any:
    """In an order of their own: none is promised."""
    return sorted(people, key=name)

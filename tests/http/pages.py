"""Reading a page as a test does: by what a person or a screen reader finds on it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        whole = "".join(child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(whole.split())

    def all(self, tag: str | None = None, **attributes: str) -> list["Element"]:
        """Elements below this one with a tag and attributes; `_` stands for `-`, `class_` is one."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (tag is None or child.tag == tag) and all(
                    value in child.attributes.get(name, "").split()
                    if name == "class"
                    else child.attributes.get(name) == value
                    for name, value in wanted.items()
                ):
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str | None = None, **attributes: str) -> "Element":
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: v or "" for name, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(response: HttpResponse) -> Element:
    """The page as a tree. Fails for elements that are not closed in order."""
    parser = _Parser()
    parser.feed(response.content.decode())
    parser.close()
    assert parser._open == [parser.root], f"<{parser._open[-1].tag}> is not closed"
    return parser.root


def alert(response: HttpResponse) -> str:
    """What the page says went wrong."""
    return read(response).one(role="alert").text


def value(response: HttpResponse, name: str) -> str:
    """What stands in a field."""
    return read(response).one("input", name=name).attributes.get("value", "")


def without_tokens(response: HttpResponse) -> str:
    """The page without what differs between two of the same."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())

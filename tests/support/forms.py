"""The forms and links of a page, as a browser finds them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

# Kinds of input whose value is chosen, not typed. Anybody may send anything in their place all the
# same, but not as text that is read as text.
_CHOSEN = {"submit", "button", "radio", "checkbox", "image", "file", "reset"}


@dataclass
class Form:
    """Where a form goes, what it sends, and which of its fields hold text."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str, frozenset[str]]:
        return self.method, urlsplit(self.action).path, frozenset(self.texts)


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[Form] = []
        self.links: set[str] = set()
        self._open: Form | None = None
        self._other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.add(urljoin(self.base, given["href"]))
        if tag == "form":
            action = urljoin(self.base, given.get("action") or self.base)
            self._open = Form(given.get("method", "get").lower(), action)
            self._other = []
        if (form := self._open) is None:
            return
        if given.get("formaction"):
            self._other.append(urljoin(self.base, given["formaction"]))
        name = given.get("name", "")
        if not name or tag not in {"input", "textarea", "select", "button"}:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in {"submit", "button"}:
            form.values.setdefault(name, given.get("value", ""))
        elif kind == "textarea" or kind not in _CHOSEN:
            form.values[name] = given.get("value", "")
            form.texts.add(name)
        elif "checked" in given or kind == "radio":
            form.values.setdefault(name, given.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and (form := self._open) is not None:
            self.forms.append(form)
            self.forms += [
                Form(form.method, other, dict(form.values), set(form.texts))
                for other in self._other
            ]
            self._open = None


def found(page: str, *, at: str) -> tuple[list[Form], set[str]]:
    """The forms of a page, those of its links that have a query among them, and all links."""
    reader = _Reader(at)
    reader.feed(page)
    reader.close()
    for link in reader.links:
        url = urlsplit(link)
        if query := dict(parse_qsl(url.query, keep_blank_values=True)):
            reader.forms.append(Form("get", url._replace(query="").geturl(), query, set(query)))
    return reader.forms, reader.links

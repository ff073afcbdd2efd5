"""The forms and links of a page, as a browser finds them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from tests.support.html import Element, parse

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


def found(page: str, *, at: str) -> tuple[list[Form], set[str]]:
    """Return the forms of a page, those of its links that have a query among them, and all links."""
    root = parse(page)
    links = {urljoin(at, href) for a in root.all("a") if (href := a.attributes.get("href"))}
    forms = [form for element in root.all("form") for form in _forms(element, at=at)]
    for link in links:
        url = urlsplit(link)
        if query := dict(parse_qsl(url.query, keep_blank_values=True)):
            forms.append(Form("get", url._replace(query="").geturl(), query, set(query)))
    return forms, links


def _forms(element: Element, *, at: str) -> Iterator[Form]:
    """Yield the form, and once more for each of its buttons that sends it somewhere else."""
    method = element.attributes.get("method", "get").lower()
    form = Form(method, urljoin(at, element.attributes.get("action") or at))
    for each in element.all():
        if (name := each.attributes.get("name")) and each.tag in {
            *("input", "textarea", "select", "button")
        }:
            _add(form, each, name)
    yield form
    for each in element.all():
        if elsewhere := each.attributes.get("formaction"):
            yield Form(method, urljoin(at, elsewhere), dict(form.values), set(form.texts))


def _add(form: Form, control: Element, name: str) -> None:
    given = control.attributes
    kind = given.get("type", "text") if control.tag == "input" else control.tag
    if kind in {"submit", "button"}:
        form.values.setdefault(name, given.get("value", ""))
    elif kind not in _CHOSEN:
        form.values[name] = given.get("value", "")
        form.texts.add(name)
    elif "checked" in given or kind == "radio":
        form.values.setdefault(name, given.get("value", "on"))

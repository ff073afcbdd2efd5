"""Templates of which what is the same for everybody is rendered once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.template.base import Node, NodeList
from django.template.context import Context
from django.template.loaders import app_directories, filesystem
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from chatsite.web.folding import FoldedNode, FoldingLoader, _Folding
from chatsite.web.nodes import inner

engine = engines["django"].engine  # type: ignore[attr-defined]


def nodes(of: NodeList) -> list[Node]:
    return [n for node in of for n in (node, *(m for within in inner(node) for m in nodes(within)))]


def test_pages_are_made_of_few_nodes() -> None:
    folded = nodes(engine.get_template("rooms/room.html").nodelist)
    assert any(isinstance(node, FoldedNode) for node in folded)
    kinds = {type(node).__name__ for node in folded}
    assert not kinds & {"StaticNode", "TranslateNode", "URLNode"}, "they are the same on every page"


def test_nobody_is_handed_a_template_that_is_being_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who rendered it meanwhile got a page without its end: two first visitors at one moment."""
    loaders = [
        f"django.template.loaders.{kind}.Loader" for kind in ("filesystem", "app_directories")
    ]
    loader = FoldingLoader(engine, loaders)
    fold, done = _Folding.fold, list[str]()

    def ask() -> None:
        loader.get_template("rooms/entry.html")
        done.append("handed out")

    other = threading.Thread(target=ask)

    def slowly(folding: _Folding, nodes: NodeList) -> None:
        if other.ident is None:
            other.start()
            other.join(0.3)  # more than enough to be handed it
        fold(folding, nodes)
        done.append("folded")

    monkeypatch.setattr(_Folding, "fold", slowly)
    ask()
    other.join()
    assert set(done[:-2]) == {"folded"}
    assert done[-2:] == ["handed out"] * 2


@contextmanager
def without_folding() -> Iterator[None]:
    loaders = [filesystem.Loader(engine), app_directories.Loader(engine)]
    kept, engine.template_loaders = engine.template_loaders, loaders
    try:
        yield
    finally:
        engine.template_loaders = kept


def plainly(name: str, context: dict[str, Any]) -> str:
    with without_folding():
        return str(engine.get_template(name).render(Context(context)))


@pytest.mark.parametrize(
    "name", ["error.html", "503.html", "429.html", "offline.html", "base.html"]
)
def test_a_folded_page_is_the_page(name: str) -> None:
    for said in ("one", "<two>"):
        context = {"said": said, "happened": said, "status": 400, "comes_back": True, "wait": 3}
        for _ in range(2):  # as it is made, and as it was kept
            assert engine.get_template(name).render(Context(context)) == plainly(name, context)


def test_each_language_has_its_own_text() -> None:
    node = FoldedNode(
        engine.from_string("{% load i18n %}{% get_current_language as l %}{{ l }}").nodelist
    )
    texts = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            texts.append(node.render(Context()))
    assert texts == ["en", "de", "en"]


def test_parts_that_differ_between_renderings_are_never_kept() -> None:
    source = (
        '{% load i18n static %}{% translate title %}{% static path %}{% url "room" code %}'
        '{% blocktranslate %}Hello {{ title }}{% endblocktranslate %}{% translate "x" as y %}{{ y }}'
        '{% include "icon.html" with name=title only %}{% csrf_token %}'
    )
    template = engine.from_string(source)
    _Folding(engine.get_template).fold(template.nodelist)
    for title, code in (("one", "BCDF"), ("two", "GHJK")):
        told = template.render(
            Context({"title": title, "path": f"{title}.css", "code": code, "csrf_token": title})
        )
        for part in (f"{title}/", f"{title}.css", f"/rooms/{code}/", f"Hello {title}", f"#{title}",
                     f'value="{title}"'):  # fmt: skip
            assert part.rstrip("/") in told


class Maker:
    word = "what is made"

    def __call__(self) -> dict[str, str]:
        return {"word": "<made>"}


class Thing:
    """A value that a template may be handed: with attributes, methods, items, and names that are none."""

    name = "<Ada & 'Ben'>"
    at = datetime(2026, 3, 7, 9, 5, 1, 20, tzinfo=UTC)
    date = date(2026, 11, 30)
    number = 1234567
    ratio = 1234.5
    is_so = True
    nothing = None
    safe = mark_safe("<b>bold</b>")
    lazy = gettext_lazy("Monday")
    items = ({"a": "<item>"}, ["zero", "<one>"])

    items_by: ClassVar = {"a": "<item>"}
    maker = Maker()

    def method(self) -> str:
        return "<called>"

    def asks(self, much: int) -> str:
        raise AssertionError("never called")

    def away(self) -> None:
        self.name = ""

    away.alters_data = True  # type: ignore[attr-defined]


FIELDS = (
    *("name", "at", "date", "number", "ratio", "is_so", "nothing", "safe", "lazy", "method"),
    *(
        "maker.word",
        "items_by.a",
        "items_by.keys",
        "asks",
        "away",
        "items.0.a",
        "items.1.1",
        "name.upper",
        "missing",
        "missing.more",
        "at.year",
    ),
)
FORMATS = (
    "c",
    "Y-m-d",
    "H:i",
    "j M Y H:i",
    "j F Y",
    "l j F Y",
    "{Y}",
    r"\Y Y",
    "DATE_FORMAT",
    "%d",
)
EVERYTHING = (
    "{% load i18n %}"
    + "".join(f"[{{{{ thing.{field} }}}}]" for field in FIELDS)
    + "".join(
        f"[{{{{ thing.{value}|date:'{form}' }}}}]" for form in FORMATS for value in ("at", "name")
    )
    + "{{ thing.date|date:'Y-m-d' }}{{ thing.date|date:'j F' }}"
    + "".join(
        f"{{% if thing.{field} %}}yes{{% elif not thing.{field} and thing.number == 1234567 %}}no"
        f"{{% endif %}}{{% blocktranslate with x=thing.{field} %}}% of {{{{ x }}}}"
        f"{{% endblocktranslate %}}"
        for field in FIELDS
    )
    + "{% autoescape off %}{{ thing.name }}{% blocktranslate with x=thing.name %}{{ x }}"
    "{% endblocktranslate %}{% endautoescape %}"
    "{% for item in thing.items %}{% for part in item %}{{ forloop.counter }}{{ part }}{% endfor %}"
    '{% endfor %}{% include "history/clock.html" with at=thing.at only %}{{ at }}'
    '{% include "history/clock.html" with at=thing.at %}{% include "history/clock.html" %}'
    '{% include "icon.html" with name=thing.name only %}'
)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Kolkata")])
def test_a_folded_template_renders_any_value_as_the_original_does(
    language: str, zone: tzinfo
) -> None:
    plain, folded = engine.from_string(EVERYTHING), engine.from_string(EVERYTHING)
    _Folding(engine.get_template).fold(folded.nodelist)
    with translation.override(language), timezone.override(zone):
        told = [
            template.render(Context({"thing": Thing()})) for template in (plain, folded, folded)
        ]
    assert told[0] == told[1] == told[2]
    assert "&lt;Ada &amp; &#x27;Ben&#x27;&gt;" in told[0]


def test_an_error_in_a_shown_value_is_no_empty_text() -> None:
    class Broken:
        @property
        def name(self) -> str:
            raise AttributeError("of something else")

    template = engine.from_string("{{ thing.name }}")
    _Folding(engine.get_template).fold(template.nodelist)
    with pytest.raises(AttributeError, match="something else"):
        template.render(Context({"thing": Broken()}))

"""Templates of which what is the same for everybody is rendered once."""

from typing import Any

import pytest
from django.template import engines
from django.template.base import Node, NodeList
from django.template.context import Context
from django.template.loaders import app_directories, filesystem
from django.utils import translation

from chatsite.web.folding import FoldedNode, _Folding, _inner

engine = engines["django"].engine  # type: ignore[attr-defined]


def nodes(of: NodeList) -> list[Node]:
    return [n for node in of for n in (node, *(m for inner in _inner(node) for m in nodes(inner)))]


def test_pages_are_made_of_few_nodes() -> None:
    folded = nodes(engine.get_template("rooms/room.html").nodelist)
    assert any(isinstance(node, FoldedNode) for node in folded)
    kinds = {type(node).__name__ for node in folded}
    assert not kinds & {"StaticNode", "TranslateNode", "URLNode"}, "they are the same on every page"


def plainly(name: str, context: dict[str, Any]) -> str:
    """Render without folding."""
    loaders = [filesystem.Loader(engine), app_directories.Loader(engine)]
    kept, engine.template_loaders = engine.template_loaders, loaders
    try:
        return str(engine.get_template(name).render(Context(context)))
    finally:
        engine.template_loaders = kept


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


def test_what_differs_is_never_kept() -> None:
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

"""Which addresses in a text are links: tests/data/links.json has texts, each with its addresses."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from history.markup import Mentioned, needs_rendering, render

TABLE = json.loads((Path(__file__).parents[1] / "data/links.json").read_text("utf-8"))
# What stands beside an address makes no other of it.
BESIDE = (
    "{}",
    "**x** {}",
    "{}\n`x`",
    "> {}",
    "- {}",
    "@Bob {} @Bob",
    "{} **x",
    "*a " * 1200 + "{}",
)


@pytest.mark.parametrize(("text", "addresses"), TABLE, ids=range(len(TABLE)))
def test_an_address_ends_where_its_characters_do(text: str, addresses: list[str]) -> None:
    for beside in BESIDE:
        body = beside.format(text)
        assert links(render(body, mentions=[Mentioned("u_01", "Bob")])) == addresses
    assert needs_rendering(text) or not addresses


def links(html: str) -> list[str]:
    """The texts of links: nothing else is in them."""
    return [unescape(shown) for shown in re.findall(r"<a [^>]*>([^<]*)</a>", html)]


def test_an_address_is_completed() -> None:
    assert 'href="https://www.example.com"' in render("www.example.com")


def test_an_address_that_nobody_reads_is_none() -> None:
    assert render(f"https://example.com/{'a' * 2100}") == ""

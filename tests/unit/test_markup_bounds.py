"""Rendering any text is cheap, loses nothing, and is clean."""

import re
import sys
from collections import Counter
from html import unescape
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from history.markup import needs_rendering, render, sanitiser
from tests.support.hostile import HOSTILE, LONGEST, STORMS, UNITS, storm

PIECES = [
    *UNITS,
    *HOSTILE,
    "word",
    "two words",
    "\n\n",
    "**b**",
    "`c`",
    "重点",
    "שלום",
    "🎉",
    "1",
    "\r\n",
]
bodies = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join)

# A rendering that spends all it may makes 25,000 calls at most; what forgot to pay makes many more.
CALLS = 50_000


@given(bodies)
@settings(max_examples=400, deadline=None)
def test_the_rendered_html_passes_the_sanitiser_unchanged(body: str) -> None:
    html = render(body)
    assert sanitiser.clean(html) == html


@given(bodies)
@example("\r1. x")
@settings(max_examples=400, deadline=None)
def test_a_text_that_needs_no_rendering_would_gain_nothing_by_it(body: str) -> None:
    assert needs_rendering(body) or render(body) == ""


@given(bodies)
@example('> <img title="x">')
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost_but_marks(body: str) -> None:
    body = re.sub(r":(?=[a-z0-9_+-]+:)", " ", body)  # an emoji's name is replaced
    html = render(body)
    if html:
        # What is not among the text is beside it: a link's target, a language, a number.
        tags = "".join(re.findall(r"<[^>]*>", html))
        beside = re.findall(r'(?: title="| value="| class="language-)([^"]*)"', tags)
        seen = re.sub(r"<[^>]*>", "", html) + "".join(beside)
        assert letters(unescape(seen)) == letters(body)


def letters(text: str) -> Counter[str]:
    return Counter(character for character in text.casefold() if character.isalnum())


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_inputs_come_out_clean(body: str) -> None:
    for text in (body, f"**x** {body}", f"> {body}", f"- {body}\n- *x*", f"*{body}*"):
        html = render(text)
        assert sanitiser.clean(html) == html
        assert not re.search(r"<(?!/?(?:p|br|strong|em|s|a|code|pre|blockquote|ul|ol|li)\b)", html)
        assert all(href.startswith(("http://", "https://", "mailto:")) for href in hrefs(html))


def hrefs(html: str) -> list[str]:
    return [unescape(href).lower() for href in re.findall(r'<a href="([^"]*)"', html)]


@pytest.mark.parametrize("body", STORMS, ids=range(len(STORMS)))
def test_a_storm_of_marks_is_cheap(body: str) -> None:
    assert calls_of(body) < CALLS


@given(st.lists(st.sampled_from(UNITS), min_size=1, max_size=8), st.sampled_from(UNITS))
@settings(max_examples=60, deadline=None)
def test_no_mixture_of_them_is_dear(units: list[str], last: str) -> None:
    assert (
        calls_of(storm(*units, length=LONGEST // 5) + storm(last, length=LONGEST // 5 * 4)) < CALLS
    )


def calls_of(body: str) -> int:
    """How many functions are called to render a body."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        render(body)
    finally:
        sys.setprofile(None)
    return calls


def test_an_ordinary_long_text_is_rendered() -> None:
    line = "The **ferry** leaves at `9:40` from https://example.org/pier_3, they say.\n"
    assert "<strong>" in render(line * 25)
    assert "<pre" in render("```c\n" + "if (a < b && c > d) { x[i] = *p; }\n" * 250 + "```")

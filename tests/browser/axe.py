"""What axe finds wrong with a page, in both themes."""

from collections.abc import Sequence
from functools import cache

from playwright.sync_api import Page

from tests.support.programs import ROOT

_SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# The rules that have to do with colours: all that another theme can change.
_OF_COLOURS = ("color-contrast", "link-in-text-block")
# On its way from one theme to the other, a colour is neither; what opens is half seen through.
_SETTLE = """() => document.getAnimations().forEach((animation) => {
  if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
})"""
# Of what is right nothing is told, and no selectors are made: they take most of the time in a long page.
_RUN = """(runOnly) => axe.run(document, {
  runOnly, resultTypes: ["violations"], selectors: false,
}).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`)))"""


def violations(page: Page, *, tags: Sequence[str] = TAGS) -> list[str]:
    """Return what is wrong with a page as it is now, in the light theme and in the dark one.

    The page's context is one with `bypass_csp`: axe is a script of no policy.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_script())
    found = []
    for theme, rules in (
        ("light", {"type": "tag", "values": tags}),
        ("dark", {"type": "rule", "values": _OF_COLOURS}),
    ):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate(_SETTLE)
        found += [f"{page.url}, {theme}: {what}" for what in page.evaluate(_RUN, rules)]
    return found


@cache
def _script() -> str:
    return f"() => {{ {_SCRIPT.read_text()}\n }}"

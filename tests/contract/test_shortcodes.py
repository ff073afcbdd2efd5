"""What is offered while an emoji's name is typed is what messages are read by."""

from history.markup.shortcodes import EMOJI
from tools import shortcodes


def test_the_page_offers_what_messages_are_read_by() -> None:
    written = shortcodes.TARGET.read_text(encoding="utf-8")
    assert written == shortcodes.module(), "python -m tools.shortcodes"
    for line in written.split("`")[1].splitlines():
        sign, *names = line.split(" ")
        assert {EMOJI[name] for name in names} == {sign}

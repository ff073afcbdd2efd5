"""Render what somebody typed as HTML. Pure: no ORM, no network, no settings.

The dialect is Markdown as people use it in a chat, and only where it says more than the characters
do: emphasis, strike, code, quotes, lists, links, emoji by name. Headings, tables, rules, images and
raw HTML stay as they were typed. A line break is a line break, a quote or a list ends where its lines
end, and numbers are not changed.

Markdown's blocks and pairs come from markdown-it-py; the rules of a chat are here. The result has passed
the sanitiser and is stored with the message. It is the only HTML on the site that people can influence.
No body costs more than 7 ms: see `work.py`.
"""

from history.markup.literals import is_of_word, may_have_links
from history.markup.plain import Piece, pieces, plain
from history.markup.rendering import needs_rendering, render
from history.markup.work import Mentioned

__all__ = [
    "Mentioned",
    "Piece",
    "is_of_word",
    "may_have_links",
    "needs_rendering",
    "pieces",
    "plain",
    "render",
]

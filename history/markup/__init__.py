"""What somebody typed, as HTML. Pure: no ORM, no network, no settings.

The dialect is Markdown as people use it in a chat, and only where it says more than the characters
do: emphasis, strike, code, quotes, lists, links, emoji by name. Headings, tables, rules, images and
raw HTML stay as they were typed. A line break is a line break, a quote or a list ends where its
lines end, and nobody's numbers are changed.

The language's blocks and pairs are markdown-it-py's; the rules that are a chat's own are here. What
comes out has passed the sanitiser, is stored with the message, and is the only HTML of a person's
making on the site. No body costs more than 7 ms: see `work.py`.
"""

from history.markup.literals import is_of_word, may_have_links
from history.markup.plain import plain
from history.markup.rendering import needs_rendering, render
from history.markup.work import Mentioned

__all__ = ["Mentioned", "is_of_word", "may_have_links", "needs_rendering", "plain", "render"]

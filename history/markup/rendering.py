"""Render text as HTML."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from history.markup import blocks, inlines, literals, sanitiser, shortcodes
from history.markup.work import Mention, TooMuch, Work

# With more than this, a text is shown as it was typed. HTML is more than twice as long as its text only if
# the text is nearly all signs, and then cleaning it would cost as much as making it.
LINES = 1000
GROWTH, MORE = 2, 4096
# Characters of HTML that a link has beside its address, which stands there twice.
LINK = 120

_PLAIN = frozenset({"paragraph_open", "paragraph_close", "inline", "text", "softbreak"})

# A line may begin after a carriage return alone, as it does for the parser.
_BLOCK = re.compile(r"(?:^|\r)[ \t]*(?:>|[-*]|[1-9]\d{0,2}\.)[ \t]+\S", re.MULTILINE)
_STRESS = re.compile(r"(?<![^\W_])_[^\s_](?:.*\S)?_(?![^\W_])", re.DOTALL)
_ESCAPE = re.compile(r"\\[*_~`[>:-]")


def _parser() -> MarkdownIt:
    md = MarkdownIt("zero", {"maxNesting": 100})
    md.enable(["fence", "blockquote", "list"])
    blocks.use(md)
    inlines.use(md)
    return md


_MARKDOWN = _parser()


def needs_rendering(body: str) -> bool:
    """Return True if HTML may say more than the text itself. Cheap; may be wrong when it is True.

    Mentions are not checked: a text that has any is rendered anyway.
    """
    return (
        ("*" in body and body.count("*") > 1)
        or ("`" in body and body.count("`") > 1)
        or ("_" in body and body.count("_") > 1 and _STRESS.search(body) is not None)
        or "~~" in body
        or "](" in body
        or literals.may_have_links(body)
        or (":" in body and shortcodes.found_in(body))
        or ("\\" in body and _ESCAPE.search(body) is not None)
        or (
            (" " in body and (body[0] in ">-*123456789 \t\r" or "\n" in body or "\r" in body))
            and _BLOCK.search(body) is not None
        )
    )


def render(body: str, *, mentions: Sequence[Mention] = ()) -> str:
    """Return a body's sanitised HTML; "" if the plain text says the same, or says it better.

    `mentions` are the members whom the body mentions; other names after an `@` are text. A text that
    would cost too much gets only its links and mentions, and stays as it was typed otherwise.
    """
    try:
        html = _rendered(body, mentions) if body.count("\n") <= LINES else None
        if html is None:
            html = _typed(body, mentions)
    except TooMuch:
        return ""
    return sanitiser.clean(html)


def _rendered(body: str, mentions: Sequence[Mention]) -> str | None:
    """Return the HTML; "" if it says no more than the text, None if it would cost too much."""
    work = Work(mentions)
    env: dict[str, Any] = {"work": work}
    try:
        tokens = _MARKDOWN.parse(body, env)
        if "differs" not in env and _is_plain(tokens):
            return ""
        html = "".join(_html(tokens))
        # What the sanitiser will cost depends on the number of signs.
        work.spend((html.count("<") + html.count("&")) // 2)
    except TooMuch:
        return None
    longest = GROWTH * len(body) + MORE + LINK * html.count("<a ")
    return html if len(html) <= longest else None


def _typed(body: str, mentions: Sequence[Mention]) -> str:
    """Return the text as it was typed with its links and mentions; "" if it has none. Raises TooMuch."""
    work = Work(mentions)
    made, done = [], 0
    for literal in literals.find(body, work):
        if literal.kind in ("link", "mention"):
            work.spend(10)
            shown = body[literal.start : literal.end]
            make = _link if literal.kind == "link" else _mention
            made += [_as_typed(body[done : literal.start]), make(literal.value, shown)]
            done = literal.end
    return f"<p>{''.join(made)}{_as_typed(body[done:])}</p>" if made else ""


def _as_typed(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _is_plain(tokens: Sequence[Token]) -> bool:
    return all(
        token.type in _PLAIN and (not token.children or _is_plain(token.children))
        for token in tokens
    )


def _html(tokens: Sequence[Token]) -> list[str]:
    out: list[str] = []
    for token in tokens:
        if token.hidden:
            continue
        match token.type:
            case "inline":
                out += _html(token.children or ())
            case "text":
                out.append(escape(token.content, quote=False))
            case "softbreak":
                out.append("<br>")
            case "code":
                out.append(f"<code>{escape(token.content, quote=False)}</code>")
            case "emoji":
                out.append(token.content)
            case "link":
                out.append(_link(token.content, token.markup))
            case "mention":
                out.append(_mention(token.content, token.markup))
            case "fence":
                out.append(_code_block(token))
            case "link_open":
                href = escape(str(token.attrs["href"]))
                out.append(f'<a href="{href}" title="{href}" target="_blank" dir="auto">')
            case "list_item_open" if token.info:
                out.append(f'<li value="{int(token.info)}">')
            case _:
                out.append(f"<{'/' if token.nesting < 0 else ''}{token.tag}>")
    return out


def _link(address: str, shown: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" dir="ltr">{escape(shown, quote=False)}</a>'


def _mention(user: str, shown: str) -> str:
    name = escape(shown, quote=False)
    return f'<span class="mention" data-user="{escape(user)}" dir="auto">{name}</span>'


def _code_block(token: Token) -> str:
    language = f' class="language-{escape(token.info)}"' if token.info else ""
    # HTML parsers drop a line break right after <pre>, but not one within <code>.
    return f'<pre dir="ltr"><code{language}>{escape(token.content, quote=False)}</code></pre>'

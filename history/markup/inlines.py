"""Turn characters within a block into marks: emphasis, strike, links, and the literals.

Emphasis is stricter than Markdown's where people write stars and underlines without meaning it: `2*3*4`,
`*.py`, `snake_case`, `^_^`. In scripts that put no spaces between words it is as free as people expect.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter, StateInline

from history.markup import addresses, labels, literals
from history.markup.literals import Literal
from history.markup.work import Work

_SPECIAL = re.compile(r"[\n*_~\\\[]")
_RUN = {mark: re.compile(re.escape(mark) + "+") for mark in "*_~"}
# What may follow an opening mark: something to emphasise, perhaps after more marks.
_STRESSED = re.compile(r"[*_~`]{0,8}[^\s*_~`<>^=.-]")
# What may come before an opening `_` and after a closing one; "-_-" is a face.
_BEFORE = frozenset("([{\"'“‘«*~|/—–,;")
_AFTER = frozenset(")]}\"'”’»*~|/—–.,;:!?…")
# After these a backslash is itself: in a Windows path, and in the arm of the shrug.
_LITERAL_BACKSLASH = re.compile(r"(?:[\\:/¯]|(?<!\S)[A-Za-z]:\\\S*)$")
_TARGET = r"[^\s()\[\]<>\u2066-\u2069\u202a-\u202e]*"
_LINK = re.compile(
    r"\[(?P<label>[^\[\]\n]{1,300})\]"
    rf"\((?P<address>(?:https?://|mailto:){_TARGET}(?:\({_TARGET}\){_TARGET}){{0,8}})\)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"mailto:[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


def use(md: MarkdownIt) -> None:
    """Replace a parser's own rules by these."""
    rules = md.inline.ruler
    for name, rule in (("text", text), ("newline", newline), ("escape", escape), ("link", link)):
        rules.at(name, rule)
    rules.at("emphasis", marks)
    rules.before("newline", "literal", literal)
    md.enable(["text", "newline", "escape", "link", "emphasis", "literal"])
    # The library's second pass makes pairs of marks.
    md.inline.ruler2.enable(["balance_pairs", "strikethrough", "emphasis", "fragments_join"])


def _upcoming(state: StateInline) -> Literal | None:
    """Return the first literal at or after the present position."""
    if state.env.get("literals_of") is not state.src:
        state.env["literals_of"] = state.src
        state.env["literals"] = literals.find(state.src, state.env["work"])
        state.env["next_literal"] = 0
    found: list[Literal] = state.env["literals"]
    index: int = state.env["next_literal"]
    while index < len(found) and found[index].start < state.pos:
        index += 1
    state.env["next_literal"] = index
    return found[index] if index < len(found) else None


def text(state: StateInline, silent: bool) -> bool:
    """Take everything up to the next character or literal that may mean something."""
    work: Work = state.env["work"]
    work.spend(3)
    upcoming = _upcoming(state)
    end = min(upcoming.start, state.posMax) if upcoming else state.posMax
    # Only up to the literal: otherwise each of many literals would have the text searched to its end.
    if special := _SPECIAL.search(state.src, state.pos, end):
        end = special.start()
    if end == state.pos:
        return False
    state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def literal(state: StateInline, silent: bool) -> bool:
    upcoming = _upcoming(state)
    if upcoming is None or upcoming.start != state.pos or upcoming.end > state.posMax:
        return False
    shown = state.src[upcoming.start : upcoming.end]
    state.pos = upcoming.end
    if upcoming.kind in ("link", "mention") and state.linkLevel:
        state.append_pending(shown)
        return True
    state.env["work"].spend(8)
    token = state.push(upcoming.kind, "", 0)
    token.content = upcoming.value
    token.markup = shown
    return True


def newline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\n":
        return False
    state.env["work"].spend(3)
    state.push("softbreak", "br", 0)
    state.pos += 1
    return True


def escape(state: StateInline, silent: bool) -> bool:
    r"""`\*`: the mark is a character. The backslash goes where it was typed for that."""
    position = state.pos
    after = state.src[position + 1 : position + 2] if position + 1 < state.posMax else ""
    if state.src[position] != "\\" or not after or after not in "*_~`[>-":
        return False
    if after == "[" and _LINK.match(state.src, position + 1, state.posMax) is None:
        return False
    if after in ">-" and not _begins_line(state, position):
        return False
    state.env["work"].spend(8)
    if _LITERAL_BACKSLASH.search(state.src, max(0, position - 80), position):
        state.append_pending("\\" + after)
    else:
        state.push("text", "", 0).content = after
        state.env["differs"] = True
    state.pos += 2
    return True


def _begins_line(state: StateInline, position: int) -> bool:
    return position == 0 or state.src[position - 1] == "\n"


def marks(state: StateInline, silent: bool) -> bool:
    """Take a run of `*`, `_` or `~`, which is paired later where it opens or closes."""
    mark = state.src[state.pos]
    if mark not in "*_~":
        return False
    run = _RUN[mark].match(state.src, state.pos, state.posMax)
    assert run is not None
    length = run.end() - run.start()
    before = state.src[run.start() - 1] if run.start() else " "
    after = state.src[run.end()] if run.end() < state.posMax else " "
    opens, closes = _flanks(mark, before, after)
    opens = opens and _STRESSED.match(state.src, run.end(), state.posMax) is not None
    state.pos = run.end()
    # More than three mean nothing, and of tildes only two mean anything.
    if not (opens or closes) or length > 3 or (mark == "~" and length != 2):
        state.append_pending(run[0])
        return True
    pieces = [run[0]] if mark == "~" else run[0]
    for piece in pieces:
        state.env["work"].spend(8)
        state.push("text", "", 0).content = piece
        state.delimiters.append(
            Delimiter(
                marker=ord(mark),
                length=0 if mark == "~" else length,  # for Markdown's rule of three
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    return True


def _flanks(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run with these neighbours may open, and whether it may close."""
    opens, closes = not after.isspace(), not before.isspace()
    if mark == "_":
        opens = opens and (before.isspace() or before in _BEFORE)
        closes = closes and (after.isspace() or after in _AFTER)
    elif _is_ascii_word(before) and _is_ascii_word(after):
        return False, False
    return opens, closes


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def link(state: StateInline, silent: bool) -> bool:
    """Take `[label](https://…)`, unless the label pretends to be another address."""
    if state.src[state.pos] != "[":
        return False
    match = _LINK.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel:
        return False
    label, address = match["label"], match["address"]
    is_known = addresses.is_one(address) if address[0] in "hH" else _MAIL.fullmatch(address)
    if not is_known or not label.strip() or labels.pretends(label, address):
        return False
    state.env["work"].spend(20)
    end = state.posMax
    state.pos, state.posMax = match.span("label")
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": address}
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.pos, state.posMax = match.end(), end
    return True

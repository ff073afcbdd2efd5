"""Turn lines into blocks: paragraphs, code, quotes, lists.

A paragraph, a quote and a list item end where the reader of a chat sees them end. (Markdown continues
all three over the next lines: an answer under a quote would be in the quote.)
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, list_block

from history.markup.work import Work

# Levels of quotes and lists; a list takes two. Deeper ones are text.
DEPTH = 10

_FENCE = re.compile(r"(`{3,})([^`\n]*)$")
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_QUOTE = re.compile(r">[ \t]+\S")
# Not numbers of four digits: "1986. What a year" is no list.
_ITEM = re.compile(r"(?:[-*]|[1-9]\d{0,2}\.)[ \t]+\S")


def use(md: MarkdownIt) -> None:
    """Replace a parser's own rules by these."""
    rules = md.block.ruler
    terminate: RuleOptionsType = {"alt": ["paragraph", "list"]}
    rules.at("fence", fence, terminate)
    rules.at("blockquote", quote, terminate)
    rules.at("list", items, {"alt": ["paragraph"]})
    rules.at("paragraph", paragraph)


def paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    work: Work = state.env["work"]
    work.spend(12)
    rules = state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    line = start + 1
    while line < state.lineMax and not _ends(state, line):
        work.spend(4)
        if any(rule(state, line, end, True) for rule in rules):
            break
        line += 1
    state.parentType = parent
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    # Indents are kept: verses and drawings have them.
    inline.content = state.getLines(start, line, state.blkIndent, False).rstrip()
    inline.children = []
    state.push("paragraph_close", "p", -1)
    state.line = line
    return True


def _ends(state: StateBlock, line: int) -> bool:
    return state.isEmpty(line) or state.sCount[line] < state.blkIndent


def fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse code between ``` and ```, closed on a line of its own or at the end of one."""
    begin = state.bMarks[start] + state.tShift[start]
    opened = _FENCE.match(state.src, begin, state.eMarks[start])
    if opened is None:
        return False
    ticks, info = opened[1], opened[2].strip()
    last = _closing_line(state, start + 1, ticks)
    if last is None:
        return False
    if silent:
        return True
    first = start + 1
    code = state.getLines(first, last + 1, state.blkIndent, False).rstrip()
    code = code[: -len(ticks)].removesuffix("\n")
    language = info if _LANGUAGE.fullmatch(info) else ""
    if info and not language:
        code = f"{info}\n{code}"
    token = state.push("fence", "code", 0)
    token.content, token.info = code, language.lower()
    state.line = last + 1
    return True


def _closing_line(state: StateBlock, line: int, ticks: str) -> int | None:
    first = line
    while line < state.lineMax and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        text = state.src[state.bMarks[line] : state.eMarks[line]].rstrip()
        if text.endswith(ticks) and not text.endswith(f"{ticks}`"):
            state.env["work"].spend(10 + (line - first) // 2)
            return line
        line += 1
    state.env["work"].spend(2 + (line - first) // 2)
    return None


def quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse lines that begin with `> `, the first of them with text after it."""
    if state.level >= DEPTH:
        return False
    begin = state.bMarks[start] + state.tShift[start]
    if _QUOTE.match(state.src, begin, state.eMarks[start]) is None:
        return False
    if silent:
        return True
    work: Work = state.env["work"]
    work.spend(10)
    saved: list[tuple[int, int, int, int]] = []
    line = start
    while line < state.lineMax and _is_quoted(state, line):
        work.spend(2)
        saved.append(
            (state.bMarks[line], state.tShift[line], state.sCount[line], state.bsCount[line])
        )
        _take_marker(state, line)
        line += 1
    before = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent, state.lineMax, state.parentType = 0, line, "blockquote"
    state.push("blockquote_open", "blockquote", 1)
    state.md.block.tokenize(state, start, line)
    state.push("blockquote_close", "blockquote", -1)
    state.blkIndent, state.lineMax, state.parentType = before
    for number, marks in enumerate(saved, start):
        (
            state.bMarks[number],
            state.tShift[number],
            state.sCount[number],
            state.bsCount[number],
        ) = marks
    state.line = line
    return True


def _is_quoted(state: StateBlock, line: int) -> bool:
    begin = state.bMarks[line] + state.tShift[line]
    return (
        begin < state.eMarks[line]
        and state.src[begin] == ">"
        and state.sCount[line] >= state.blkIndent
    )


def _take_marker(state: StateBlock, line: int) -> None:
    begin, end = state.bMarks[line] + state.tShift[line] + 1, state.eMarks[line]
    if begin < end and state.src[begin] in " \t":
        begin += 1
    text = state.src[begin:end]
    indent = len(text) - len(text.lstrip(" \t"))
    state.bMarks[line], state.tShift[line], state.sCount[line] = begin, indent, indent
    state.bsCount[line] = 0


def items(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse `- ` or `1. ` with text after it. Other bullets and numbers are text."""
    if state.level >= DEPTH:
        return False
    begin = state.bMarks[start] + state.tShift[start]
    if _ITEM.match(state.src, begin, state.eMarks[start]) is None:
        return False
    tokens = len(state.tokens)
    if not list_block(state, start, end, silent):
        return False
    state.env["work"].spend(2 + 3 * (len(state.tokens) - tokens))
    return True

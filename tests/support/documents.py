"""The project's documents, read by tests that hold them to the code."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.programs import ROOT

_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"|srcset=\"([^\"]+)\"")


@dataclass(frozen=True)
class Document:
    """A Markdown file of the project."""

    path: Path
    text: str

    def section(self, heading: str) -> str:
        """What stands under a heading, its own subsections included."""
        found = [match for match in _HEADING.finditer(self.text) if match[2] == heading]
        assert len(found) == 1, f"{self.path.name} has {len(found)} sections {heading!r}"
        start, depth = found[0].end(), len(found[0][1])
        ends = [m.start() for m in _HEADING.finditer(self.text, start) if len(m[1]) <= depth]
        return self.text[start : min(ends, default=len(self.text))]

    def table(self, heading: str) -> list[list[str]]:
        """The rows of the first table under a heading, without its head."""
        lines = [line for line in self.section(heading).splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in _cells(line)] for line in lines]
        assert rows, f"{self.path.name} has no table under {heading!r}"
        end = next((i for i, row in enumerate(rows[2:], 2) if set(row[0]) == {"-"}), None)
        return rows[2 : end and end - 1]

    def blocks(self, language: str, *, under: str = "") -> list[str]:
        """The fenced blocks in a language, all or those under a heading."""
        text = self.section(under) if under else self.text
        return [match[2] for match in _FENCE.finditer(text) if match[1] == language]

    def examples(self, heading: str) -> list[dict[str, Any]]:
        """The JSON objects under a heading."""
        return [json.loads(block) for block in self.blocks("json", under=heading)]

    def links(self) -> list[str]:
        text = _FENCE.sub("", self.text)
        return [next(filter(None, match.groups())) for match in _LINK.finditer(text)]

    def anchors(self) -> set[str]:
        """The names of its headings, as they are linked to."""
        text = _FENCE.sub("", self.text)
        return {
            re.sub(r"[^\w\- ]", "", m[2]).strip().lower().replace(" ", "-")
            for m in _HEADING.finditer(text)
        }


def read(path: str) -> Document:
    return Document(ROOT / path, (ROOT / path).read_text())


def plain(cell: str) -> str:
    """A cell's text without its code marks."""
    return cell.replace("`", "")


def _cells(line: str) -> list[str]:
    return [cell.replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]

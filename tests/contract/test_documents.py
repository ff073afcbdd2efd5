"""What the documents point to is there: files, headings, commands and their flags."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.support import documents
from tests.support.documents import Document
from tests.support.programs import ROOT
from tools import check

DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    )
)
# The documents in docs/decisions that are not about a single decision.
TABLES = {"README.md", "libraries.md"}
OPERATORS = {"&", "&&", "|", ";"}
# Folders of the tree, and what commands make in them.
FOLDERS = "chatsite|rooms|history|static|templates|tests|benchmarks|deploy|tools|docs|bin"
MADE = {"benchmarks/results/"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    document = documents.read(name)
    for link in document.links():
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = document.path.parent / path if path else document.path
        assert target.exists(), link
        if anchor:
            assert anchor in Document(target, target.read_text()).anchors(), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_lead_somewhere(name: str) -> None:
    for path in re.findall(rf"`((?:{FOLDERS})/[\w./*-]*)`", documents.read(name).text):
        assert path in MADE or list(ROOT.glob(path.rstrip("/"))), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_bold_begins_and_ends(name: str) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", documents.read(name).text, flags=re.DOTALL)
    for part in re.split(r"\n\s*\n|\n(?=\* |\d+\. |\|)", text):
        assert part.count("**") % 2 == 0, part


def _commands(document: Document) -> Iterator[list[str]]:
    """The commands in a document's shell blocks, without variables set in front of them."""
    for block in document.blocks("sh"):
        for line in block.splitlines():
            words: list[str] = []
            for word in [*shlex.split(line, comments=True), ";"]:
                if word not in OPERATORS:
                    words += [word] if words or "=" not in word else []
                elif words:
                    yield words
                    words = []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_run(name: str) -> None:
    for program, *arguments in _commands(documents.read(name)):
        if program == "export":
            continue
        assert (ROOT / program).is_file(), program
        if arguments[:1] == ["manage.py"]:
            _, command, *arguments = arguments
            _check_flags(command, arguments)
        elif program == "bin/test":
            for flag in (argument for argument in arguments if argument.startswith("--")):
                assert f"bin/test {flag}" in (check.__doc__ or ""), flag
        elif arguments[:1] == ["-m"]:
            module = Path(*arguments[1].split("."))
            assert (ROOT / module.with_suffix(".py")).is_file(), arguments
        for argument in arguments:
            if "/" in argument and not argument.startswith(("-", "http")):
                assert (ROOT / argument).exists(), argument


def test_the_layers_are_those_the_linter_holds() -> None:
    written = documents.read("ARCHITECTURE.md").blocks("layers")
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = [one["layers"] for one in linter["contracts"] if one["type"] == "layers"]
    assert [block.splitlines() for block in written] == held


@pytest.mark.parametrize("name", sorted({path.name for path in DECISIONS.iterdir()} - TABLES))
def test_each_decision_says_when_why_and_what_was_refused(name: str) -> None:
    page = documents.read(f"docs/decisions/{name}")
    dated = re.search(r"^\*Decided (\d{4}-\d\d-\d\d)[^\n]*\.\*$", page.text, re.MULTILINE)
    assert dated, "no date"
    for heading in ("Context", "Decision", "Refused", "Consequences"):
        assert page.section(heading).strip(), heading
    title = page.text.splitlines()[0].removeprefix("# ")
    row = f"| {dated[1]} | [{title}]({name}) |"
    assert row in documents.read("docs/decisions/README.md").text.splitlines(), row


def _check_flags(name: str, arguments: list[str]) -> None:
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    known = command.create_parser("manage.py", name).format_help()
    for flag in (argument for argument in arguments if argument.startswith("--")):
        assert flag.partition("=")[0] in known, f"{name} {flag}"

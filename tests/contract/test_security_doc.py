"""Every threat in SECURITY.md has a control and tests that there are."""

import ast
import re

import pytest

from tests.support import documents
from tests.support.programs import ROOT

THREATS = {row[0]: row for row in documents.read("SECURITY.md").table("Threats")}
NAMED = sorted(
    {name for row in THREATS.values() for name in re.findall(r"`(tests/[^`]+)`", row[2])}
)


def test_each_threat_has_a_control_and_a_test() -> None:
    assert len(THREATS) >= 16
    for threat, (_, control, tests) in THREATS.items():
        assert control, threat
        assert re.fullmatch(r"(`tests/\S+\.py::test_\w+` ?)+", tests), threat


@pytest.mark.parametrize("name", NAMED)
def test_each_test_is_there_and_runs(name: str) -> None:
    path, _, test = name.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test
    ]
    assert found, f"{path} has no {test}"
    marks = ast.unparse(ast.List([d for node in found for d in node.decorator_list], ast.Load()))
    assert "skip" not in marks
    assert "xfail" not in marks


def test_no_test_of_an_attack_is_left_out() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/security/test_*.py")}
    assert files <= {name.partition("::")[0] for name in NAMED}

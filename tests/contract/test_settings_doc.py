"""Every environment variable has a row in the README with its default, and every row is read."""

import ast
import runpy
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.support import documents
from tests.support.programs import ROOT

SOURCES = (
    "chatsite/settings.py",
    "chatsite/secretkey.py",
    "chatsite/server/__main__.py",
    "chatsite/server/server.py",
    "tools/bootstrap.py",
)
READERS = {"flag", "is_given", "matching", "networks", "number", "one_of", "text", "words"}
README = documents.read("README.md")


def _environ(node: ast.AST) -> bool:
    return ast.unparse(node) == "os.environ"


def _variables(source: str) -> Iterator[tuple[str, str | None]]:
    """The variables a file reads, each with the default that stands beside it, if there is one."""
    for node in ast.walk(ast.parse((ROOT / source).read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="environment"), attr=reader),
                args=[ast.Constant(value=str(name)), *rest],
            ) if reader in READERS:
                pass
            case ast.Call(
                func=ast.Attribute(value=value, attr="get"),
                args=[ast.Constant(value=str(name)), *rest],
            ) if _environ(value):
                pass
            case ast.Compare(left=ast.Constant(value=str(name)), comparators=[of]) if _environ(of):
                rest = []
            case _:
                continue
        default = rest[0].value if rest and isinstance(rest[0], ast.Constant) else None
        yield name, None if default in {None, ""} else str(default)


READ: dict[str, str | None] = {}
for _source in SOURCES:
    for _name, _default in _variables(_source):
        # One that is read in two places has its default in one of them.
        READ[_name] = READ.get(_name) or _default
ROWS = {
    name: default
    for names, default, _ in README.table("Settings")
    for name in documents.plain(names).split(", ")
}


def test_each_variable_has_a_row_and_each_row_a_variable() -> None:
    assert READ.keys() == ROWS.keys()


@pytest.mark.parametrize("name", sorted(READ))
def test_its_default_is_the_one_in_the_code(name: str) -> None:
    if READ[name] is not None:
        assert ROWS[name] == f"`{READ[name]}`"
    else:
        # A default that is worked out is told in words, or as a path in the data directory.
        assert not ROWS[name].startswith("`") or ROWS[name] == "`var/`"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("CHAT_BODY_MAX", "10001"),
        ("CHAT_ROOM_GRACE", "an hour"),
        ("CHAT_PUSH", "words"),
        ("CHAT_CALL_LINK", "http://meet.example"),
        ("CHAT_CLAMD", "clamd"),
        ("CHAT_OIDC_ISSUER", "http://login.example.org"),
        ("CHAT_OIDC_ROLES", "desk=king"),
        ("CHAT_OIDC_HOURS", "0"),
        ("CHAT_FILES", "ftp://files.example"),
        ("CHAT_OUTBOUND_ALLOW", "10.1.0.1/16"),
        ("CHAT_OUTBOUND_PROXY", "proxy"),
        ("CHAT_REDIS_KEYS", f"{'k' * 32} short"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} "):
        runpy.run_path(str(ROOT / "chatsite" / "settings.py"))

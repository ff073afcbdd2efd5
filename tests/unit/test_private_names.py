"""The private names of other libraries that the server leans on are there, and as it needs them."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from chatsite.server.private_names import HANDSHAKE, PRIVATE_NAMES
from tests.support.programs import ROOT

SERVER = sorted((ROOT / "chatsite" / "server").glob("*.py"))
PRIVATE = re.compile(r"_[^_]")
NAMES = [(owner, name) for owner, names in PRIVATE_NAMES.items() for name in names]
WEBSOCKET = "daphne.ws_protocol:WebSocketProtocol"
REQUEST = "daphne.http_protocol:WebRequest"
LIBRARIES = {owner.partition(".")[0] for owner in PRIVATE_NAMES}


def found(owner: str) -> Any:
    """A module, or something in it."""
    module, _, name = owner.partition(":")
    return getattr(import_module(module), name) if name else import_module(module)


def has(thing: Any, name: str) -> bool:
    """Whether it has the name: as an attribute, or by a method that sets it on an instance."""
    if hasattr(thing, name):
        return True
    return re.search(rf"self\.{name}\b[^=\n]*=", source(thing)) is not None


@cache
def source(kind: type) -> str:
    """The text of a class and of those it extends."""
    return "".join(inspect.getsource(base) for base in inspect.getmro(kind)[:-1])


def parameters(method: Any) -> str:
    """As the list writes them."""
    parts, bare_star = [], False
    for name, one in inspect.signature(method).parameters.items():
        if name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not bare_star:
            bare_star = True
            parts.append("*")
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        parts.append(stars + name + ("" if one.default is one.empty else "="))
    return ", ".join(parts)


@pytest.mark.parametrize(("owner", "name"), NAMES, ids=[f"{o} {n}" for o, n in NAMES])
def test_a_name_that_the_server_leans_on_is_there(owner: str, name: str) -> None:
    thing, (plain, paren, _) = found(owner), name.partition("(")
    assert has(thing, plain), f"{owner} has no {plain} any more"
    if paren:
        assert f"{plain}({parameters(getattr(thing, plain))})" == name


@pytest.mark.parametrize("name", sorted(HANDSHAKE))
def test_the_names_that_a_handshake_leaves_are_known(name: str) -> None:
    # The HTTP request that becomes a WebSocket hands some of it over.
    handed_over = f"protocol.{name} =" in inspect.getsource(found(REQUEST))
    assert has(found(WEBSOCKET), name) or handed_over, f"no handshake leaves {name} any more"


def used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.name for alias in names)


def defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name


def test_every_private_name_that_the_server_uses_is_listed() -> None:
    listed = {name.partition("(")[0] for _, name in NAMES} | HANDSHAKE | {"_exit"}  # os._exit
    trees = [ast.parse(path.read_text()) for path in SERVER]
    own = {name for tree in trees for name in defined(tree)}
    foreign = {name for tree in trees for name in used(tree) if PRIVATE.match(name)} - own
    assert foreign <= listed


def test_every_private_name_that_the_server_overrides_is_listed() -> None:
    for path in SERVER:
        module = import_module(f"chatsite.server.{path.stem}")
        for kind in vars(module).values():
            if not inspect.isclass(kind) or kind.__module__ != module.__name__:
                continue
            foreign = [base for base in kind.__mro__ if base.__module__.split(".")[0] in LIBRARIES]
            theirs = {name for base in foreign for name in vars(base) if PRIVATE.match(name)}
            listed = {
                name.partition("(")[0]
                for base in foreign
                for name in PRIVATE_NAMES.get(f"{base.__module__}:{base.__qualname__}", ())
            }
            assert theirs & vars(kind).keys() <= listed, kind

"""Transactions on SQLite come in the order in which they were begun: chatsite/sqlite."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from chatsite.sqlite import base
from chatsite.sqlite.turns import Turns

PATIENCE = 30  # seconds


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """The line of these tests alone; tests before may have left connections."""
    own = Turns()
    monkeypatch.setattr(base, "_turns", own)
    return own


@pytest.fixture
def database(
    turns: Turns, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[ConnectionHandler]:
    """A database with a connection for each thread that asks for one."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 1}
    settings = {"ENGINE": "chatsite.sqlite", "NAME": str(tmp_path / "db"), "OPTIONS": options}
    with django_db_blocker.unblock():
        handler = ConnectionHandler({"default": settings})
        yield handler
        handler.close_all()


def begin(database: ConnectionHandler) -> Any:
    connection = database["default"]
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    return connection


def commit(connection: Any) -> None:
    connection.commit()
    connection.set_autocommit(True)


def roll_back(connection: Any) -> None:
    connection.rollback()
    connection.set_autocommit(True)


def waiting(turns: Turns, number: int) -> None:
    """Return once so many wait. Nothing tells of one that begins to."""
    while len(turns._waiting) < number:
        threading.Event().wait(0.001)


def test_who_came_first_is_first(turns: Turns) -> None:
    came: list[int] = []

    def come(number: int) -> None:
        assert turns.take(PATIENCE)
        came.append(number)
        turns.end()

    assert turns.take(0)
    threads = [threading.Thread(target=come, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        waiting(turns, number + 1)
    turns.end()
    for thread in threads:
        thread.join(PATIENCE)
    assert came == [0, 1, 2, 3, 4]
    assert turns.take(0), "nobody has it any more"


def test_who_has_waited_too_long_is_not_in_line_any_more(turns: Turns) -> None:
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.end()
    assert turns.take(0)


@pytest.mark.parametrize("end", [commit, roll_back, lambda connection: connection.close()])
def test_a_transaction_waits_for_the_one_before_however_that_ends(
    database: ConnectionHandler, turns: Turns, end: Callable[[Any], None]
) -> None:
    first = begin(database)
    done = threading.Event()

    def second() -> None:
        connection = begin(database)
        commit(connection)
        connection.close()
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    waiting(turns, 1)
    assert not done.is_set()
    end(first)
    assert done.wait(PATIENCE)
    thread.join()
    assert turns.take(0), "each turn was ended"


def test_a_transaction_that_cannot_begin_is_not_in_the_way(
    database: ConnectionHandler, turns: Turns, tmp_path: Path
) -> None:
    # Of another process, say: a connection that knows no turns.
    other = sqlite3.connect(tmp_path / "db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"):
        begin(database)
    assert turns.take(0)
    turns.end()
    other.execute("ROLLBACK")
    other.close()
    commit(begin(database))

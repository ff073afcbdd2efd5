"""The audit log of a site's own database: nobody changes what is in it, whatever they ask with."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.workers import Site

ADD = "INSERT INTO rooms_deed (role, verb, actor_id, actor_name, target_id, target_name, room_id, room_code, reason, details) VALUES ('staff', %s, '', '', '', '', '', '', 'spam', '{}')"


@pytest.fixture(params=["site", "cluster"])
def any_site(request: pytest.FixtureRequest) -> Site:
    """A site on SQLite, and one on PostgreSQL."""
    site: Site = request.getfixturevalue(request.param)
    return site


@contextlib.contextmanager
def refused() -> Iterator[None]:
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException)) as refusal:
        yield
    assert "the audit log is only ever added to" in str(refusal.value)


def test_an_entry_is_added_and_then_stays_as_it_is(any_site: Site) -> None:
    def entries() -> list[Any]:
        query = "SELECT verb, reason FROM rooms_deed WHERE verb = %s"
        return any_site.rows(query, ["lost its temper"])

    any_site.execute(ADD, ["lost its temper"])
    statements = [
        "UPDATE rooms_deed SET reason = 'none'",
        "UPDATE rooms_deed SET verb = verb",
        "DELETE FROM rooms_deed",
    ]
    if any_site.database_url.startswith("postgres"):
        statements.append("TRUNCATE rooms_deed")
    for statement in statements:
        with refused():
            any_site.execute(statement)
        assert entries() == [("lost its temper", "spam")]

"""A message looks the same from outside whichever way it comes."""

from datetime import UTC, datetime, timedelta, timezone

from django.db import connections

from history import said, wire
from history.models import Message
from history.said import COLUMNS, Said, SaidOnWire
from rooms.models import User

# Names of the database's types for each of PostgreSQL's.
TYPES = {"text": {"text", "varchar"}, "bigint": {"bigint"}, "boolean": {"bool", "boolean"}}
AT = datetime(2026, 11, 22, 16, 0, 0, 123_987, tzinfo=timezone(timedelta(hours=1)))
FIELDS = {
    "seq", "changed", "kind", "author", "client_id", "body", "at", "edited_at", "deleted",
    "reply_to", "reactions",
}  # fmt: skip


def row(**fields: object) -> Message:
    ada = User(is_guest=True, public_id="u_ada", display_name="Ada")
    known = {"seq": 58, "changed_seq": 58, "kind": "chat", "author": ada, "client_id": "c-1"}
    return Message(**(known | {"body": "hello", "at": AT} | fields))  # type: ignore[arg-type]


def test_times_are_utc_with_milliseconds_as_javascript_writes_them() -> None:
    assert wire.timestamp(AT) == "2026-11-22T15:00:00.123Z"
    assert wire.timestamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000Z"


def test_a_row_reads_as_the_message_that_was_posted() -> None:
    posted = wire.message(
        seq=58,
        kind="chat",
        author={"id": "u_ada", "name": "Ada"},
        client_id="c-1",
        said=Said(body="hello"),
        at="2026-11-22T15:00:00.123Z",
    )
    assert wire.from_row(row()) == posted
    assert set(posted) == FIELDS
    assert posted["changed"] == posted["seq"] == 58


def test_a_deleted_message_keeps_its_place_and_loses_its_text() -> None:
    gone = wire.from_row(row(body="left behind", deleted_at=AT, changed_seq=60))
    assert (gone["seq"], gone["changed"], gone["deleted"], gone["body"]) == (58, 60, True, "")


def test_a_notice_may_be_nobodys() -> None:
    assert wire.from_row(row(kind="notice", author=None, client_id=None))["author"] is None


def test_fields_of_a_message_are_declared_alike_for_authors_readers_and_the_database() -> None:
    assert tuple(SaidOnWire.__annotations__) == said.FIELDS
    for name, column in COLUMNS.items():
        assert Message._meta.get_field(name).db_type(connections["default"]) in TYPES[column]

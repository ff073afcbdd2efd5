"""Erased texts are nowhere any more: the whole database is searched for them."""

from collections.abc import Callable

import pytest
from django.db import connection

from history.models import Message
from history.search import index
from rooms.actions import deletion, reports, retention
from rooms.models import Membership, Room, User
from rooms.turn import turn
from tests.actions import factories

pytestmark = pytest.mark.django_db

SECRET, BEFORE = "quetzalcoatlus", "pterodactylus"


def holders(*texts: str) -> set[str]:
    """The tables that have one of these texts in some cell, those of the search index too."""
    is_postgresql = connection.vendor == "postgresql"
    found = set()
    with connection.cursor() as cursor:
        if is_postgresql:
            # Its files hold what is gone until a vacuum, which comes by itself.
            tables = connection.introspection.table_names(cursor)
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = [name for (name,) in cursor.fetchall()]
        assert "history_message" in tables
        for table in tables:
            if table == index.TABLE:
                continue  # all that it has is in its shadow tables
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                cells = [
                    bytes(c) if isinstance(c, bytes | memoryview) else str(c).encode() for c in row
                ]
                if any(text.encode() in cell for text in texts for cell in cells):
                    found.add(table)
    return found


def by_its_author(ada: User, room: Room, message: Message) -> None:
    with turn(room) as t:
        changes = t.edits([message.seq])
        row = changes.get(message.seq)
        assert row
        changes.tombstone(row, by_id=ada.pk, keep=False)


def with_the_account(ada: User, room: Room, message: Message) -> None:
    deletion.delete_account(user=ada, erase=True)


def by_retention(ada: User, room: Room, message: Message) -> None:
    Room.objects.filter(pk=room.pk).update(retention_days=1)
    Message.objects.filter(stream=room.stream_id).update(at="2020-01-01T00:00:00Z")
    assert retention.retain_all()


@pytest.mark.parametrize("erase", [by_its_author, with_the_account, by_retention])
def test_an_erased_text_is_nowhere_any_more(erase: Callable[[User, Room, Message], None]) -> None:
    ada, room = factories.open_room()
    ben = factories.come_in("Ben", room)
    (message,) = factories.say(ada, room, f"a {BEFORE} here")
    factories.say(ben, room, "is it?")
    with turn(room) as t:
        changes = t.edits([message.seq])
        row = changes.get(message.seq)
        assert row
        html = f"<p>a <strong>{SECRET}</strong></p>"
        changes.edit(row, body=f"a **{SECRET}**", html=html, mentions=[(ben.pk, ben.public_id)])
        changes.react(row, user_id=ben.pk, emoji="👍", on=True)
    index.upkeep()
    assert {"history_message", "history_revision"} <= holders(SECRET, BEFORE)
    erase(ada, room, message)
    index.scrub()
    assert holders(SECRET, BEFORE) == set()


def test_a_report_keeps_its_copy_of_an_erased_message() -> None:
    ada, room = factories.open_room()
    ben = factories.come_in("Ben", room)
    (message,) = factories.say(ada, room, f"a {SECRET} here")
    member = Membership.objects.select_related("room", "user").get(user=ben, room=room)
    reports.report(by=member, reason="abuse", seq=message.seq)
    by_its_author(ada, room, message)
    index.scrub()
    assert holders(SECRET) == {"rooms_report"}

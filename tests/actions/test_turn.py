"""Everything in a turn is numbered, written and published as one change, or not at all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from history.log import read
from history.log.entry import Change, Entry
from history.models import Message, Stream
from rooms import publish
from rooms.errors import Forbidden, NotMember, RoomClosed
from rooms.models import Membership, Room, User
from rooms.turn import turn, turns
from tests.actions.factories import come_in, open_room, say, transcript

pytestmark = pytest.mark.django_db


def heads(room: Room) -> tuple[int, int]:
    return read.heads([room.stream_id])[room.stream_id]


def chat(user: User, body: str) -> Entry:
    return Entry.of("chat", user, body=body)


def test_messages_of_a_turn_take_numbers_in_the_order_of_the_calls() -> None:
    ada, room = open_room("Ada")
    (first, second) = say(ada, room, "one", "two")
    with turn(room) as t:
        t.append(chat(ada, "three"))
        edits = t.edits([first.seq, second.seq])
        message = edits.get(second.seq)
        assert message
        edits.edit(message, body="zwei", html="", mentions=())
        t.append(chat(ada, "four"))
    change = t.change
    assert isinstance(change, Change)
    assert [(m["seq"], m["changed"], m["body"]) for m in change.messages] == [
        (4, 4, "three"),
        (3, 5, "zwei"),
        (6, 6, "four"),
    ]
    assert (change.after, change.through, change.evicts_from) == (3, 6, None)
    assert list(read.changed_since(room.stream_id, 3).messages) == list(change.messages)


def test_a_raised_epoch_is_told_with_the_change_and_shown_to_those_of_the_one_before() -> None:
    ada, room = open_room("Ada")
    _, epoch = heads(room)
    with turn(room) as t:
        t.append(chat(ada, "last words"))
        t.evict()
        t.evict()
    assert heads(room) == (2, epoch + 1)
    assert t.change
    assert (t.change.epoch, t.change.evicts_from) == (epoch, epoch + 1)
    told = publish.notification_of(t.change)
    assert (told["type"], told["epoch"], told["evicts_from"]) == ("room.changed", epoch, epoch + 1)


def test_a_raised_epoch_alone_is_told_too() -> None:
    _, room = open_room("Ada")
    head, epoch = heads(room)
    with turn(room) as t:
        t.evict()
    assert heads(room) == (head, epoch + 1)
    assert t.change
    assert publish.notification_of(t.change) == {
        "type": "room.rules",
        "stream": room.stream_id,
        "epoch": epoch + 1,
    }


def test_every_worker_is_notified_once_and_only_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, first = open_room("Ada")
    _, second = open_room("Ben")
    sent: list[tuple[str, Change | None]] = []
    monkeypatch.setattr(publish, "_send", lambda group, _, change: sent.append((group, change)))
    streams = [room.stream_id for room in (first, second)]
    with django_capture_on_commit_callbacks() as callbacks:
        with turns(streams) as found:
            found[first.stream_id].append(chat(ada, "one"), chat(ada, "two"))
            found[first.stream_id].evict()
        assert sent == []
        with turn(first, by=ada) as t:
            t.append(chat(ada, "three"))
        assert sent == []
    for callback in callbacks:
        callback()
    group = publish.group(first.code, first.stream_id)
    assert sent == [(group, found[first.stream_id].change), (group, t.change)]


def test_a_turn_that_does_nothing_writes_nothing() -> None:
    _, room = open_room("Ada")
    before = heads(room)
    with CaptureQueriesContext(connection) as queries, turn(room) as t:
        t.edits([1])
    assert t.change is None
    assert heads(room) == before
    assert not [q for q in queries if q["sql"].split()[0] in {"UPDATE", "INSERT", "DELETE"}]


def test_a_turn_that_fails_leaves_nothing_behind() -> None:
    ada, room = open_room("Ada")
    before = heads(room)

    def fail() -> None:
        with turn(room) as t:
            t.append(chat(ada, "unsaid"))
            t.evict()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert heads(room) == before
    assert transcript(room) == ["1 join Ada"]


def test_two_turns_at_one_log_cannot_be_under_way() -> None:
    """They would take the same numbers."""
    _, room = open_room("Ada")
    with turn(room), pytest.raises(RuntimeError), turn(room):
        pass
    with turn(room):
        pass


def test_several_rooms_are_one_statement_each_way() -> None:
    ada, first = open_room("Ada")
    _, second = open_room("Ben")
    _, quiet = open_room("Eve")
    streams = [room.stream_id for room in (first, second, quiet)]
    epochs = [heads(room)[1] for room in (first, second, quiet)]
    with CaptureQueriesContext(connection) as queries, turns(streams) as found:
        for room in (first, second):
            found[room.stream_id].append(chat(ada, "hello"))
        found[second.stream_id].evict()
    inserts = [q for q in queries if "INSERT INTO history_message" in q["sql"]]
    assert len(inserts) == 1
    # To whom it is published.
    assert len([q for q in queries if 'FROM "rooms_room"' in q["sql"]]) == 1
    assert [heads(room) for room in (first, second, quiet)] == [
        (2, epochs[0]),
        (2, epochs[1] + 1),
        (1, epochs[2]),
    ]
    assert transcript(second) == ["1 join Ben", "2 chat Ada: hello"]


def test_of_very_many_messages_the_first_are_told_and_the_rest_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, room = open_room("Ada")
    keys = [message.pk for message in say(ada, room, *"abcdef")]
    monkeypatch.setattr(read.changed_since, "__kwdefaults__", {"limit": 4})
    with turn(room) as t:
        t.reissue(keys)
        t.evict()
    assert t.change
    assert (t.change.after, t.change.through) == (7, 11)
    assert [m["body"] for m in t.change.messages] == [*"abcd"]
    assert heads(room)[0] == 13
    numbers = Message.objects.filter(pk__in=keys).order_by("seq")
    assert list(numbers.values_list("changed_seq", flat=True)) == [8, 9, 10, 11, 12, 13]


def test_permissions_to_act_are_checked_under_the_lock() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    with pytest.raises(Forbidden), turn(room, by=bob):
        pass
    with turn(room, by=ada, reason=" too\u202e loud\n") as t:
        assert t.about(bob).user == bob
        assert (t.role, t.reason) == ("owner", "too loud")
        with pytest.raises(Forbidden):
            t.about(ada)
        with pytest.raises(NotMember):
            t.about(User(pk=0))
    with turn(room, by=bob, staff=True) as t:
        assert t.about(ada).role == Membership.Role.OWNER
    Membership.objects.filter(user=bob).update(role=Membership.Role.MODERATOR)
    with pytest.raises(Forbidden), turn(room, by=bob, at_least=Membership.Role.OWNER):
        pass
    Room.objects.update(closed_at="2026-01-01T00:00:00Z", closes_at=None)
    with pytest.raises(RoomClosed), turn(room, by=ada):
        pass
    with pytest.raises(RoomClosed), turn(room, by=bob, staff=True):
        pass


def test_the_room_of_a_turn_is_as_it_is_under_the_lock() -> None:
    """The caller's was read before the lock was waited for."""
    ada, room = open_room("Ada")
    Room.objects.filter(pk=room.pk).update(title="Engines")
    with turn(room, by=ada) as t:
        assert t.room.title == "Engines"


def test_a_stream_that_is_gone_is_said_to_be() -> None:
    with pytest.raises(Stream.DoesNotExist), turn(Room(stream_id=0)):
        pass

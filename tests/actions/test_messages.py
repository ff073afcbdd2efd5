"""A post is in the log once, in its order, or is refused if its author may not write."""

import secrets

import pytest
from django.db import Error, IntegrityError, connection

from history.log import read
from history.log.post import Stale, post_all
from history.models import Message
from rooms.actions import leaving, messages, people, performing, rooms, site_bans
from rooms.actions.messages import Posted
from rooms.errors import BadFrame, ChatError, NotMember, Removed, RoomClosed
from rooms.live.commit import commit
from rooms.models import Room, User
from tests.actions.factories import come_in, draft, enter, guest, open_room, say, transcript

# The writer commits by itself: these tests see what others would see.
pytestmark = pytest.mark.django_db(transaction=True)


def seqs(outcomes: object) -> list[int | str]:
    return [o.seq if isinstance(o, Posted) else o.code for o in outcomes]  # type: ignore[attr-defined]


# Posting ------------------------------------------------------------------------------------------


def test_messages_of_many_rooms_in_one_batch_keep_their_order_in_each() -> None:
    owners = [open_room(f"Owner {number}") for number in range(3)]
    entrances = [enter(*owner) for owner in owners]
    drafts = [draft(entrances[n % 3], f"message {n}") for n in range(12)]
    outcomes, changes = commit(drafts)
    assert seqs(outcomes) == [n // 3 + 2 for n in range(12)]
    for number, (user, room) in enumerate(owners):
        said = [f"{n // 3 + 2} chat {user}: message {n}" for n in range(number, 12, 3)]
        assert transcript(room) == [f"1 join {user}", *said]
    assert [(c.after, c.through) for c in changes] == [(1, 5)] * 3


def test_a_message_is_shown_at_once_as_it_is_read_later() -> None:
    user, room = open_room("Ada")
    bodies = ["hello", "😀" * 4000, "NUL-free \x01 control", "\u202eturned", "  spaces  ", "a\r\nb"]
    _, (change,) = commit([draft(enter(user, room), body) for body in bodies])
    told = read.changed_since(room.stream_id, change.after)
    assert list(told.messages) == list(change.messages)
    assert [m["body"] for m in told.messages] == bodies
    assert read.page(room.stream_id).messages[1:] == list(change.messages)


def test_a_post_sent_twice_is_one_message() -> None:
    user, room = open_room("Ada")
    post = draft(enter(user, room), "hello")
    first, _ = commit([post])
    again, changes = commit([post])
    assert seqs(first) == seqs(again) == [2]
    assert changes == []
    assert transcript(room) == ["1 join Ada", "2 chat Ada: hello"]


def test_a_post_sent_twice_in_one_batch_is_one_message_and_the_rest_is_posted() -> None:
    user, room = open_room("Ada")
    entrance = enter(user, room)
    twice = draft(entrance, "twice")
    commit([draft(entrance, "before", client_id="known")])
    outcomes, _ = commit(
        [twice, draft(entrance, "new"), twice, draft(entrance, "before", client_id="known")]
    )
    assert seqs(outcomes) == [3, 4, 3, 2]
    assert [line.split(": ")[-1] for line in transcript(room)[1:]] == ["before", "twice", "new"]


def test_a_client_id_is_one_persons_in_one_room() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    _, other = open_room("Grace")
    rooms.join(user=ada, code=other.code)
    drafts = [
        draft(enter(user, place), "hi", client_id="c")
        for user, place in ((ada, room), (bob, room), (ada, other))
    ]
    outcomes, _ = commit(drafts)
    assert seqs(outcomes) == [3, 4, 3]


def test_a_message_the_database_refuses_fails_alone() -> None:
    user, room = open_room("Ada")
    entrance = enter(user, room)
    drafts = [draft(entrance, body) for body in ("one", "N\0L", "two")]
    outcomes, _ = commit(drafts)
    # PostgreSQL has no text with NUL, SQLite does not mind; the protocol lets none through.
    if connection.vendor == "postgresql":
        assert all(isinstance(outcome, Error) for outcome in outcomes)
        (one,), (bad,), (two,) = (commit([each])[0] for each in drafts)  # as the writer does then
        assert seqs([one, two]) == [2, 3]
        assert isinstance(bad, Error)
    else:
        assert seqs(outcomes) == [2, 3, 4]
    assert [line.split(": ")[-1] for line in transcript(room)[1:] if "\0" not in line] == [
        "one",
        "two",
    ]


def test_nothing_is_written_for_a_stream_that_is_not_there() -> None:
    user, room = open_room("Ada")
    entrance = enter(user, room)
    ghost = draft(entrance, "hello")
    object.__setattr__(ghost, "stream_id", 10**9)
    with pytest.raises(Stale):
        post_all([draft(entrance, "also not"), ghost])
    assert transcript(room) == ["1 join Ada"]


def test_a_used_client_id_leaves_the_log_as_it_was() -> None:
    user, room = open_room("Ada")
    post = draft(enter(user, room), "hello")
    post_all([post])
    with pytest.raises(IntegrityError):
        post_all([draft(enter(user, room), "new"), post])
    assert len(transcript(room)) == 2


# Refusing -----------------------------------------------------------------------------------------


def removed(user: User, room: Room) -> None:
    site_bans.ban(user=user)


def gone(user: User, room: Room) -> None:
    leaving.leave(user=user, room=room)


def closed(user: User, room: Room) -> None:
    rooms.close(room=room)


@pytest.mark.parametrize(
    ("happened", "reason"), [(removed, Removed), (gone, NotMember), (closed, RoomClosed)]
)
def test_a_post_of_a_member_who_may_no_longer_write_is_refused(
    happened: object, reason: type[ChatError]
) -> None:
    _, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    entrances = {user: enter(user, room) for user in (bob, eve)}
    happened(bob, room)  # type: ignore[operator]
    before = transcript(room)
    with pytest.raises(Stale):
        messages.post([draft(entrances[bob], "one more thing")])
    outcomes, _ = commit(
        [draft(entrances[bob], "one more thing"), draft(entrances[eve], "still here")]
    )
    assert isinstance(outcomes[0], reason)
    if happened is closed:
        assert isinstance(outcomes[1], RoomClosed)
        assert transcript(room) == before
    else:
        assert isinstance(outcomes[1], Posted)
        assert transcript(room) == [*before, f"{len(before) + 1} chat Eve: still here"]


def test_a_post_after_a_rename_bears_the_new_name() -> None:
    _, room = open_room("Ada")
    bob = come_in("Bob", room)
    entrance = enter(bob, room)
    people.rename(user=bob, name="Robert")
    _, (change,) = commit([draft(entrance, "hello")])
    assert change.messages[0]["author"] == {"id": bob.public_id, "name": "Robert"}


def test_a_committed_post_stays_acknowledged_after_a_ban() -> None:
    _, room = open_room("Ada")
    bob = come_in("Bob", room)
    post = draft(enter(bob, room), "hello")
    commit([post])
    site_bans.ban(user=bob)
    outcomes, _ = commit([post])
    assert seqs(outcomes) == [3]


def test_a_stranger_cannot_post_at_a_member_s_epoch() -> None:
    ada, room = open_room("Ada")
    eve = guest("Eve")
    forged = draft(enter(ada, room), "hello")
    object.__setattr__(forged, "author_id", eve.pk)
    outcomes, _ = performing.perform([forged])
    assert isinstance(outcomes[0], NotMember)
    assert len(transcript(room)) == 1


def test_an_error_of_the_database_is_an_answer_and_no_message() -> None:
    user, room = open_room("Ada")
    post = draft(enter(user, room), "hello")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_message RENAME TO hidden")
    try:
        outcomes, changes = commit([post])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE hidden RENAME TO history_message")
    assert isinstance(outcomes[0], Error)
    assert changes == []
    assert seqs(commit([post])[0]) == [2]


# Deleting -----------------------------------------------------------------------------------------


def test_a_deleted_message_leaves_a_tombstone_and_takes_a_number() -> None:
    ada, room = open_room("Ada")
    (first, _) = say(ada, room, "oops", "fine")
    assert messages.delete(message=first, by=ada)
    (told,) = read.changed_since(room.stream_id, 3).messages
    assert (told["seq"], told["changed"], told["deleted"], told["body"]) == (2, 4, True, "")
    first.refresh_from_db()
    assert (first.body, first.deleted_by) == ("", ada)
    assert not messages.delete(message=first, by=ada), "it is deleted already"
    assert Room.objects.get(pk=room.pk).stream.head == 4


def test_joins_leaves_and_notices_cannot_be_deleted() -> None:
    ada, room = open_room("Ada")
    with pytest.raises(BadFrame):
        messages.delete(message=Message.objects.get(kind="join"), by=ada)
    assert transcript(room) == ["1 join Ada"]


# Reading ------------------------------------------------------------------------------------------


def test_pages_lead_back_to_the_first_message() -> None:
    ada, room = open_room("Ada")
    say(ada, room, *(f"message {n}" for n in range(2, 120)))
    seen: list[int] = []
    page = read.page(room.stream_id)
    while True:
        seen = [m["seq"] for m in page.messages] + seen
        if not page.older:
            break
        page = read.page(room.stream_id, before=seen[0], limit=30)
    assert seen == list(range(1, 120))


@pytest.mark.parametrize(("before", "limit", "length", "older"), [
    (None, 50, 50, True), (None, 500, 100, True), (100, 100, 99, False), (2, 9, 1, False),
    (1, 9, 0, False), (2**53 - 1, 1, 1, True),
])  # fmt: skip
def test_a_page_says_whether_there_is_more(
    before: int | None, limit: int, length: int, older: bool
) -> None:
    ada, room = open_room("Ada")
    say(ada, room, *(secrets.token_hex(2) for _ in range(119)))
    page = read.page(room.stream_id, before=before, limit=limit)
    assert (len(page.messages), page.older) == (length, older)


def test_changes_reach_to_the_head_or_as_far_as_the_limit() -> None:
    ada, room = open_room("Ada")
    first, *_ = say(ada, room, *(f"message {n}" for n in range(2, 22)))
    messages.delete(message=first, by=ada)
    whole = read.changed_since(room.stream_id, 0)
    assert [m["changed"] for m in whole.messages] == [1, *range(3, 23)]
    assert (whole.after, whole.through) == (0, 22)
    part = read.changed_since(room.stream_id, 0, limit=5)
    assert (part.through, len(part.messages)) == (6, 5)
    assert read.changed_since(room.stream_id, 22).messages == []
    assert read.changed_since(room.stream_id, 10**6).messages == []

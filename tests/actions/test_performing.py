"""Commands of members in one batch are one transaction, in the order in which they came."""

import pytest

from history.log import read
from rooms.actions import performing
from rooms.actions.changes import Changed
from rooms.actions.messages import Posted
from rooms.actions.performing import Asked, Order
from rooms.commands import Edit, Leave, MessageCommand, Pin, React
from rooms.errors import ChatError, NotMember
from rooms.live.commit import commit_patiently
from rooms.models import Room, User
from tests.actions.factories import come_in, draft, enter, open_room, present, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> tuple[User, User, Room]:
    """Ada, whose room it is, and Bob; "hello" is Ada's, number 3."""
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "hello")
    return ada, bob, room


def post(user: User, room: Room, body: str) -> Order:
    return draft(enter(user, room), body)


def asked(user: User, room: Room, command: MessageCommand | Leave) -> Order:
    return Asked(stream_id=room.stream_id, room_id=room.pk, author_id=user.pk, command=command)


def numbers(outcomes: object) -> list[int | str | None]:
    return [
        outcome.seq
        if isinstance(outcome, Posted)
        else outcome.changed
        if isinstance(outcome, Changed)
        else outcome.code
        if isinstance(outcome, ChatError)
        else None
        for outcome in outcomes  # type: ignore[attr-defined]
    ]


def test_posts_and_reactions_are_one_change_in_their_order(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    outcomes, (change,) = commit_patiently(
        [
            post(ada, room, "one"),
            asked(bob, room, React(3, "👍", on=True)),
            post(bob, room, "two"),
            asked(ada, room, Pin(3, on=True)),
            asked(bob, room, Pin(3, on=True)),
            post(ada, room, "three"),
        ]
    )
    assert numbers(outcomes) == [4, 5, 6, 7, "forbidden", 8]
    assert (change.after, change.through, change.evicts_from) == (3, 8, None)
    told = [(message["seq"], message["changed"]) for message in change.messages]
    assert told == [(4, 4), (6, 6), (3, 7), (8, 8)]
    assert list(change.messages) == read.changed_since(room.stream_id, 3).messages


def test_a_message_can_be_edited_by_the_command_right_behind_it(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    outcomes, changes = commit_patiently(
        [
            post(ada, room, "one"),
            asked(ada, room, Edit(4, "another")),
            asked(ada, room, Edit(5, "not there")),
            post(bob, room, "two"),
        ]
    )
    assert numbers(outcomes) == [4, 5, "not_found", 6]
    assert [(change.after, change.through) for change in changes] == [(3, 4), (4, 6)]
    bodies = room.stream.messages.filter(seq__gt=3).order_by("seq").values_list("body", flat=True)
    assert list(bodies) == ["another", "two"]


def test_nothing_that_is_said_after_a_leave_goes_out_with_it(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    orders = [
        post(bob, room, "bye"),
        asked(bob, room, Leave()),
        post(bob, room, "and another thing"),
        asked(bob, room, Leave()),
        post(ada, room, "gone"),
    ]
    epoch = room.stream.epoch
    outcomes, (parting, rest) = commit_patiently(orders)
    assert numbers(outcomes) == [4, 5, "forbidden", "forbidden", 6]
    assert isinstance(outcomes[2], NotMember)
    assert [message["kind"] for message in parting.messages] == ["chat", "leave"]
    room.stream.refresh_from_db()
    assert parting.evicts_from == rest.epoch == room.stream.epoch
    assert parting.epoch == epoch < rest.epoch
    assert present(room) == {"Ada"}


def test_a_member_who_is_not_present_leaves_without_a_message(
    people: tuple[User, User, Room],
) -> None:
    _, bob, room = people
    room.memberships.filter(user=bob).update(present=False)
    (outcome,), (change,) = commit_patiently([asked(bob, room, Leave())])
    assert outcome == Changed(None)
    assert change.after == change.through
    assert change.evicts_from is not None


def test_rooms_are_performed_together_and_wait_by_themselves(
    people: tuple[User, User, Room],
) -> None:
    ada, bob, room = people
    grace, other = open_room("Grace")
    orders = [
        asked(bob, room, Leave()),
        post(grace, other, "hi"),
        post(ada, room, "bye"),
        post(grace, other, "there"),
    ]
    outcomes, changes = performing.perform(orders)
    assert numbers(outcomes) == [4, 2, None, 3]
    assert len(changes) == 2


def test_a_post_sent_twice_in_a_batch_is_one_message(people: tuple[User, User, Room]) -> None:
    ada, bob, room = people
    twice = post(ada, room, "twice")
    outcomes, _ = commit_patiently([twice, asked(bob, room, React(3, "👍", on=True)), twice])
    assert numbers(outcomes) == [4, 5, 4]

"""An order and what it is about at one moment: the outcome is one of those that a queue would have."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from rooms.actions import admission, rooms, sanctions, settings
from rooms.actions.messages import ASK, Posted
from rooms.errors import Muted, Removed, RoomFull, RoomLocked, RoomNotFound
from rooms.live.commit import commit_patiently as commit
from rooms.models import JoinRequest, Membership, Room, User
from tests.actions.factories import (
    change_settings,
    come_in,
    connect,
    draft,
    enter,
    guest,
    open_room,
    present,
    together,
    transcript,
    waiting_for,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_join_that_waited_for_the_lock_finds_the_room_locked() -> None:
    ada, room = open_room("Ada")
    bob = guest("Bob")
    with waiting_for(room, partial(rooms.join, user=bob, code=room.code)) as answer:
        change_settings(room, ada, locked=True)
    assert isinstance(answer(), RoomLocked)
    assert not Membership.objects.filter(user=bob).exists()


def test_of_many_who_join_at_once_no_more_come_in_than_there_are_places() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, capacity=4)
    people = [guest(f"Guest {number}") for number in range(8)]

    def come(user: User) -> None:
        rooms.join(user=user, code=room.code)
        connect(user, room)

    answers = together(*(partial(come, user) for user in people))
    assert sum(isinstance(answer, RoomFull) for answer in answers) == 5
    assert len(present(room)) == 4


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(sanctions.ban, Removed), (partial(sanctions.mute, minutes=5), Muted)],
    ids=["ban", "mute"],
)
@pytest.mark.parametrize("looked_up", [False, True])
def test_a_post_under_way_when_its_author_is_sanctioned_is_refused(
    happens: Callable[..., object], reason: type[Exception], looked_up: bool
) -> None:
    """Also one that is looked up: its author's membership is read under the lock, not before."""
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    post = draft(enter(bob, room), "one more thing")
    if looked_up:
        post = replace(post, epoch=ASK)
    with waiting_for(room, lambda: commit([post])[0][0]) as answer:
        happens(room=room, by=ada, user=bob)
    assert isinstance(answer(), reason)
    assert not any("one more thing" in line for line in transcript(room))


def test_slow_mode_lets_one_of_many_posts_at_once_through() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    change_settings(room, ada, slow_mode=60)
    entrance = enter(bob, room)
    # As a worker marks what is posted to a slow room.
    posts = [replace(draft(entrance, f"{number}"), epoch=ASK) for number in range(6)]
    answers = together(*(partial(commit, [post]) for post in posts))
    assert sum(isinstance(outcome, Posted) for [outcome], _ in answers) == 1


def test_a_join_that_waited_for_the_new_code_finds_no_room_under_the_old_one() -> None:
    ada, room = open_room("Ada")
    bob, former = guest("Bob"), room.code
    with waiting_for(room, partial(rooms.join, user=bob, code=former)) as answer:
        code = settings.renew_code(room=Room.objects.get(pk=room.pk), by=ada)
    assert isinstance(answer(), RoomNotFound)
    rooms.join(user=bob, code=code)


def test_a_request_is_answered_once_however_many_answer_it() -> None:
    ada, room = open_room("Ada")
    change_settings(room, ada, by_request=True)
    bob = guest("Bob")
    admission.ask(user=bob, code=room.code)
    together(
        partial(admission.admit, room=room, by=ada, user=bob),
        partial(admission.turn_away, room=room, by=ada, user=bob),
    )
    state = JoinRequest.objects.get(user=bob).state
    assert Membership.objects.filter(user=bob).exists() == (state == "admitted")

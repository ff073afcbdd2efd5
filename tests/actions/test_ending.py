"""A room ends once, when its owner says so, however many workers look at the clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from history.models import Message
from rooms.actions import admission, due, ending, leaving, rooms, sanctions, undoing
from rooms.errors import Ended, Forbidden, RoomClosed, RoomLocked
from rooms.models import Deed, Membership, Room, User
from rooms.refusals.ending import BadTime, EndedAlready, NotEnded
from rooms.refusals.orders import OnlyTheOwner
from rooms.refusals.undoing import TooLateToUndo
from tests.actions.factories import (
    change_settings,
    come_in,
    guest,
    last_notice,
    open_room,
    say,
    sweep,
    together,
)

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return Room.objects.annotate(now=Now()).values_list("now", flat=True)[0]


def fresh(room: Room) -> Room:
    return Room.objects.get(pk=room.pk)


def pass_by(room: Room, **time: int) -> None:
    """Let time go by for a room: its times come nearer."""
    passed = timedelta(**time)
    Room.objects.filter(pk=room.pk).update(
        ends_at=F("ends_at") - passed,
        door_closes_at=F("door_closes_at") - passed,
        ended_at=F("ended_at") - passed,
    )


def notices(room: Room) -> list[str]:
    rows = Message.objects.filter(stream=room.stream_id, kind=Message.Kind.NOTICE).order_by("seq")
    return [row.text for row in rows]


def plan(room: Room, by: User, *, ends: int | None = None, door: int | None = None) -> Any:
    """Plan the end of a room, in minutes from now."""
    at = {None: None} | {n: now() + timedelta(minutes=n) for n in (ends, door) if n is not None}
    return ending.plan(room=room, by=by, ends_at=at[ends], door_closes_at=at[door])


class TestEndedNow:
    def test_nothing_more_is_said_and_it_closes_after_a_minute(self) -> None:
        ada, room = open_room()
        bob = come_in("Bob", room)
        ending.end(room=room, by=ada)
        with pytest.raises(Ended):
            say(bob, room, "but")
        with pytest.raises(Ended):
            say(ada, room, "not even I")
        sweep()
        assert fresh(room).is_open
        assert Membership.objects.get(user=bob, room=room).present, "everybody is still there"
        pass_by(room, seconds=60)
        assert due.anything()
        sweep()
        assert not fresh(room).is_open
        assert notices(room) == ["Ada ended the room. It closes in a minute."]

    def test_undone_it_goes_on_as_it_was(self) -> None:
        ada, room = open_room()
        bob = come_in("Bob", room)
        plan(room, ada, ends=30)
        planned = fresh(room).ends_at
        deed = ending.end(room=room, by=ada)
        assert ending.last_end(fresh(room)) == deed
        undoing.undo(room=room, by=ada, deed=deed)
        assert (fresh(room).ended_at, fresh(room).ends_at) == (None, planned)
        say(bob, room, "good")
        assert notices(room)[-1] == "Ada reopened the room."
        with pytest.raises(TooLateToUndo):
            undoing.undo(room=room, by=ada, deed=deed)
        assert ending.last_end(fresh(room)) is None

    def test_its_code_is_nobody_else_s_in_the_meantime_and_nobody_comes_in(self) -> None:
        """Even if everybody goes, and its grace is nothing."""
        ada, room = open_room(grace=0)
        bob = come_in("Bob", room)
        deed = ending.end(room=room, by=ada)
        for user in (ada, bob):
            leaving.leave(user=user, room=room)
        Room.objects.filter(pk=room.pk).update(
            closes_at=Now(), empty_since=Now() - timedelta(days=9)
        )
        sweep()
        assert fresh(room).is_open
        with pytest.raises(RoomLocked) as refusal:
            rooms.join(user=guest("Eve"), code=room.code)
        assert "has ended" in refusal.value.message
        rooms.join(user=ada, code=room.code)  # who was there comes back
        undoing.undo(room=room, by=ada, deed=deed)
        rooms.join(user=guest("Eve"), code=room.code)

    def test_it_is_not_ended_twice_nor_planned_any_more(self) -> None:
        ada, room = open_room()
        ending.end(room=room, by=ada)
        with pytest.raises(EndedAlready):
            ending.end(room=room, by=ada)
        with pytest.raises(EndedAlready):
            plan(room, ada, ends=5)

    def test_closed_it_cannot_be_undone(self) -> None:
        ada, room = open_room()
        deed = ending.end(room=room, by=ada)
        pass_by(room, minutes=1)
        sweep()
        with pytest.raises(RoomClosed):
            undoing.undo(room=room, by=ada, deed=deed)

    def test_a_plan_that_has_passed_meanwhile_is_not_taken_up_again(self) -> None:
        ada, room = open_room()
        plan(room, ada, ends=1)
        deed = ending.end(room=room, by=ada)
        Deed.objects.filter(pk=deed.pk).update(details={"was": "2020-01-01T00:00:00.000Z"})
        undoing.undo(room=room, by=ada, deed=Deed.objects.get(pk=deed.pk))
        assert fresh(room).ends_at is None


class TestWhoMay:
    def test_only_the_owner_ends_a_room_or_undoes_that(self) -> None:
        ada, room = open_room()
        bob = come_in("Bob", room)
        Membership.objects.filter(user=bob).update(role=Membership.Role.MODERATOR)
        with pytest.raises(OnlyTheOwner):
            ending.end(room=room, by=bob)
        with pytest.raises(OnlyTheOwner):
            plan(room, bob, ends=5)
        deed = ending.end(room=room, by=ada)
        with pytest.raises(Forbidden):
            undoing.undo(room=room, by=bob, deed=deed)


class TestAtATime:
    def test_it_closes_once_and_everybody_was_told_when(self) -> None:
        ada, room = open_room()
        plan(room, ada, ends=45)
        sweep()
        assert fresh(room).is_open
        pass_by(room, minutes=45)
        assert ending.carry_out() == 1
        assert ending.carry_out() == 0
        assert not fresh(room).is_open
        assert notices(room) == [
            "Ada will end the room in 45 minutes.",
            "Time is up: the room has closed.",
        ]

    def test_the_door_closes_to_newcomers_and_members_stay(self) -> None:
        ada, room = open_room()
        bob = come_in("Bob", room)
        leaving.leave(user=bob, room=room)
        plan(room, ada, door=10)
        rooms.join(user=guest("Eve"), code=room.code)
        pass_by(room, minutes=10)
        with pytest.raises(RoomLocked):  # at once, whether a worker has looked or not
            rooms.join(user=guest("Late"), code=room.code)
        with pytest.raises(RoomLocked):
            admission.ask(user=guest("Later"), code=room.code)
        assert ending.carry_out() == 1
        assert ending.carry_out() == 0
        now_ = fresh(room)
        assert (now_.is_open, now_.locked, now_.door_closes_at) == (True, True, None)
        rooms.join(user=bob, code=room.code)
        assert notices(room) == [
            "Ada will let nobody new in after 10 minutes.",
            "Nobody new can join the room any more.",
        ]

    def test_a_door_that_is_locked_already_closes_without_a_word(self) -> None:
        ada, room = open_room()
        plan(room, ada, door=10)
        change_settings(room, ada, locked=True)
        pass_by(room, minutes=10)
        told = notices(room)
        assert ending.carry_out() == 1
        assert notices(room) == told
        assert fresh(room).door_closes_at is None

    def test_a_plan_is_changed_and_given_up(self) -> None:
        ada, room = open_room()
        plan(room, ada, ends=200, door=20)
        known = fresh(room)
        same = {"ends_at": known.ends_at, "door_closes_at": known.door_closes_at}
        assert ending.plan(room=room, by=ada, **same) is None
        ending.plan(room=room, by=ada, ends_at=None, door_closes_at=known.door_closes_at)
        ending.plan(room=room, by=ada, ends_at=None, door_closes_at=None)
        assert notices(room) == [
            "Ada will end the room in 3 hours and will let nobody new in after 20 minutes.",
            "Ada no longer plans to end the room.",
            "Ada no longer plans to keep new people out.",
        ]
        pass_by(room, days=1)
        assert ending.carry_out() == 0

    @pytest.mark.parametrize(
        ("ends", "door", "says", "about"),
        [
            (-1, None, "has passed", "ends_at"),
            (None, -1, "has passed", "door_closes_at"),
            (10, -1, "has passed", "door_closes_at"),
            (367 * 24 * 60, None, "more than a year", "ends_at"),
            (10, 10, "before the room ends", "door_closes_at"),
        ],
    )
    def test_a_time_that_cannot_be_is_refused(
        self, ends: int | None, door: int | None, says: str, about: str
    ) -> None:
        ada, room = open_room()
        with pytest.raises(BadTime) as refusal:
            plan(room, ada, ends=ends, door=door)
        assert says in refusal.value.message
        assert refusal.value.about == about
        assert (fresh(room).ends_at, fresh(room).door_closes_at) == (None, None)

    def test_a_room_that_is_closed_otherwise_ends_no_more(self) -> None:
        ada, room = open_room()
        plan(room, ada, ends=5, door=2)
        rooms.close(room=room)
        assert (fresh(room).ends_at, fresh(room).door_closes_at) == (None, None)
        assert not due.anything()


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_one_moment_close_it_once() -> None:
    ada, room = open_room()
    plan(room, ada, ends=45, door=40)
    pass_by(room, minutes=41)
    assert sum(together(*[ending.carry_out] * 6)) == 1
    pass_by(room, minutes=4)
    assert sum(together(*[ending.carry_out] * 6)) == 1
    assert notices(room)[1:] == [
        "Nobody new can join the room any more.",
        "Time is up: the room has closed.",
    ]


def test_deeds_about_people_and_about_nobody_are_undone_in_one_way() -> None:
    ada, room = open_room()
    bob = come_in("Bob", room)
    deed = sanctions.mute(room=room, by=ada, user=bob, minutes=5)
    undoing.undo(room=room, by=ada, deed=deed)
    assert "unmuted Bob" in last_notice(room)
    forged = Deed.objects.create(verb="end", room_id=room.public_id, role="owner", details={})
    with pytest.raises(NotEnded):
        undoing.undo(room=room, by=ada, deed=forged)

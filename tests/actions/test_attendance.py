"""People are there while a socket of theirs is, whichever worker holds it and whatever becomes of
the worker."""

import secrets

import pytest
from django.contrib.sessions.models import Session
from pytest_django import Settings

from rooms import presence
from rooms.actions import entering, leaving, people, rooms, site_bans
from rooms.actions.entering import Arrival, Entrance
from rooms.errors import ChatError, NameTaken, NotMember, Removed, RoomClosed
from rooms.models import Connection, Membership, Room, User, Worker
from tests.actions.factories import (
    away,
    come_in,
    connect,
    guest,
    is_open,
    kill,
    lose,
    open_room,
    pass_leave_grace,
    pass_room_grace,
    present,
    session,
    sweep,
    transcript,
    worker,
)

pytestmark = pytest.mark.django_db


# At the door --------------------------------------------------------------------------------------


def test_a_person_with_five_tabs_on_two_workers_is_one_person() -> None:
    _, room = open_room("Ada")
    bob = come_in("Bob", room)
    for boot_id in ("first", "first", "second", "second"):
        connect(bob, room, on=worker(boot_id))
    assert transcript(room) == ["1 join Ada", "2 join Bob"]
    assert present(room) == {"Ada", "Bob"}
    assert Connection.objects.filter(user=bob).count() == 5


@pytest.mark.parametrize("key", ["", "a" * 32, "nonsense"])
def test_without_a_session_nobody_is_a_member(key: str) -> None:
    ada, room = open_room()
    with pytest.raises(NotMember):
        connect(ada, room, key=key)


def test_a_session_that_is_over_lets_nobody_in() -> None:
    ada, room = open_room()
    key = session(ada)
    Session.objects.filter(session_key=key).update(expire_date=room.created_at)
    with pytest.raises(NotMember):
        connect(ada, room, key=key)


def test_a_session_from_before_the_password_changed_lets_nobody_in() -> None:
    ada, room = open_room()
    key = session(ada)
    ada.set_password("another")
    ada.save()
    with pytest.raises(NotMember):
        connect(ada, room, key=key)


def test_another_persons_session_is_that_other_person() -> None:
    ada, room = open_room()
    with pytest.raises(NotMember):
        connect(ada, room, key=session(guest("Eve")))


def test_everyone_is_told_why_not() -> None:
    ada, room = open_room()
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    site_bans.ban(user=bob)
    leaving.leave(user=eve, room=room)
    for user, reason in ((bob, Removed), (eve, NotMember), (guest("Mallory"), NotMember)):
        with pytest.raises(reason):
            connect(user, room)
    Membership.objects.filter(user=eve).update(left_at=None, banned_at=room.created_at)
    with pytest.raises(Removed):
        connect(eve, room)
    rooms.close(room=room)
    with pytest.raises(RoomClosed):
        connect(ada, room)


@pytest.mark.parametrize("has_closed", [True, False], ids=["closed", "never there"])
def test_a_socket_that_names_a_room_is_let_into_no_other(has_closed: bool) -> None:
    """Also where the person is a member of the room that has the code now."""
    ada, old = open_room("Ada")
    bob = come_in("Bob", old)
    rooms.close(room=old)
    new = rooms.create(user=ada)
    Room.objects.filter(pk=new.pk).update(code=old.code)
    named = old.public_id if has_closed else "r_0000000000000000"
    for user in (ada, bob):
        arrival = Arrival(f"late {user.pk}", session(user), old.code, named)
        [outcome] = entering.arrive(worker_id=worker(), arrivals=[arrival])
        assert isinstance(outcome, RoomClosed)
    site_bans.ban(user=bob)
    arrival = Arrival("banned", session(bob), old.code, named)
    [outcome] = entering.arrive(worker_id=worker(), arrivals=[arrival])
    assert not isinstance(outcome, Entrance)
    assert transcript(new) == []


def test_many_come_at_once_and_each_gets_an_answer_of_its_own() -> None:
    _, room = open_room("Ada")
    _, other = open_room("Grace")
    comers = [guest(f"Guest {number}") for number in range(40)]
    for user in comers[:30]:
        rooms.join(user=user, code=room.code)
    arrivals = [Arrival(f"socket {u.pk}", session(u), room.code) for u in comers]
    arrivals += [Arrival(f"second {u.pk}", session(u), room.code) for u in comers[:5]]
    arrivals += [
        Arrival("none", "no session", other.code),
        Arrival("?", session(comers[0]), "ZZZZ"),
    ]
    outcomes = entering.arrive(worker_id=worker(), arrivals=arrivals)
    entered = [
        a.socket_id for a, o in zip(arrivals, outcomes, strict=True) if isinstance(o, Entrance)
    ]
    assert entered == [f"socket {u.pk}" for u in comers[:30]] + [
        f"second {u.pk}" for u in comers[:5]
    ]
    assert all(isinstance(o, Entrance | NotMember) for o in outcomes)
    assert transcript(room) == ["1 join Ada"] + [f"{n + 2} join Guest {n}" for n in range(30)]
    assert set(
        Connection.objects.exclude(user__display_name__in=["Ada", "Grace"]).values_list(
            "socket_id", flat=True
        )
    ) == set(entered)


def test_of_two_who_come_at_once_under_one_name_the_first_has_it() -> None:
    _, room = open_room("Ada")
    bobs = [guest("Bob"), guest("Rob"), guest("BOB")]
    rooms.join(user=bobs[0], code=room.code)
    rooms.join(user=bobs[1], code=room.code)
    Membership.objects.filter(room=room).update(reserved_until=None)
    rooms.join(user=bobs[2], code=room.code)
    people.rename(user=bobs[1], name="bob")  # not there yet, so nothing is in the way
    Membership.objects.filter(room=room).update(reserved_until=None)
    arrivals = [Arrival(secrets.token_hex(8), session(bob), room.code) for bob in bobs]
    outcomes: list[Entrance | ChatError] = entering.arrive(worker_id=worker(), arrivals=arrivals)
    assert [type(outcome) for outcome in outcomes] == [Entrance, NameTaken, NameTaken]
    assert present(room) == {"Ada", "Bob"}
    assert Connection.objects.filter(user__in=bobs[1:]).count() == 0


# Gone ---------------------------------------------------------------------------------------------


def test_a_lost_socket_is_a_leave_only_when_the_grace_has_passed() -> None:
    _, room = open_room()
    lose(come_in("Bob", room))
    sweep()
    assert present(room) == {"Ada", "Bob"}
    pass_leave_grace()
    sweep()
    sweep()
    assert transcript(room) == ["1 join Ada", "2 join Bob", "3 leave Bob"]


def test_without_a_grace_a_lost_socket_is_a_leave_at_once(settings: Settings) -> None:
    settings.CHAT_LEAVE_GRACE = 0
    ada, room = open_room()
    lose(ada)
    assert transcript(room) == ["1 join Ada", "2 leave Ada"]


def test_a_reload_is_neither_a_leave_nor_a_join() -> None:
    ada, room = open_room()
    for _ in range(3):
        lose(ada)
        assert away(ada)
        connect(ada, room)
        assert not away(ada)
        pass_leave_grace()
        sweep()
    assert transcript(room) == ["1 join Ada"]


def test_a_second_reload_has_a_grace_of_its_own() -> None:
    ada, room = open_room()
    lose(ada)
    pass_leave_grace()
    connect(ada, room)
    lose(ada)
    sweep()
    assert transcript(room) == ["1 join Ada"]


def test_a_tab_that_outlived_a_leave_counts_when_its_person_is_back() -> None:
    ada, room = open_room()
    leaving.leave(user=ada, room=room)
    rooms.join(user=ada, code=room.code)
    second = connect(ada, room)
    leaving.vanish(socket_ids=[second])
    assert not away(ada)
    lose(ada)
    assert away(ada)


def test_closing_one_of_two_tabs_changes_nothing() -> None:
    ada, room = open_room()
    leaving.vanish(socket_ids=[connect(ada, room, on=worker("second"))])
    assert not away(ada)


def test_a_socket_that_was_never_let_in_may_vanish() -> None:
    _, room = open_room()
    leaving.vanish(socket_ids=["unheard of"])
    assert present(room) == {"Ada"}


def test_when_the_last_has_gone_the_room_waits_and_closes() -> None:
    ada, room = open_room()
    lose(ada)
    pass_leave_grace()
    sweep()
    room.refresh_from_db()
    assert room.closes_at is not None
    pass_room_grace(room)
    sweep()
    assert not is_open(room)


# Workers ------------------------------------------------------------------------------------------


def test_the_people_of_a_killed_worker_leave_after_the_grace_and_no_others() -> None:
    _, room = open_room("Ada")
    dying = worker("dying")
    bob, eve = come_in("Bob", room, on=dying), come_in("Eve", room, on=dying)
    connect(eve, room, on=worker("second"))
    kill(dying)
    sweep()
    assert (away(bob), away(eve)) == (True, False)
    assert not Worker.objects.filter(pk=dying).exists()
    pass_leave_grace()
    sweep()
    assert transcript(room)[3:] == ["4 leave Bob"]
    assert present(room) == {"Ada", "Eve"}


def test_a_dead_workers_socket_counts_for_nothing_even_before_it_is_buried() -> None:
    _, room = open_room("Ada")
    dying = worker("dying")
    bob = come_in("Bob", room, on=dying)
    second = connect(bob, room)
    kill(dying)
    leaving.vanish(socket_ids=[second])
    pass_leave_grace()
    leaving.announce_leaves()
    assert present(room) == {"Ada"}


def test_a_worker_that_renews_its_lease_is_not_buried() -> None:
    _, room = open_room()
    first = worker()
    kill(first)
    assert presence.renew(worker_id=first)
    presence.reap()
    assert Worker.objects.filter(pk=first).exists()
    assert Connection.objects.filter(room=room).count() == 1


def test_a_worker_that_was_buried_alive_is_told_so() -> None:
    open_room()
    first = worker()
    kill(first)
    presence.reap()
    assert not presence.renew(worker_id=first)


def test_a_worker_that_stops_in_order_hands_its_people_over() -> None:
    ada, room = open_room()
    presence.retire(worker_id=worker())
    assert away(ada)
    connect(ada, room, on=worker("second"))
    pass_leave_grace()
    sweep()
    assert transcript(room) == ["1 join Ada"]


# Back from the dead -------------------------------------------------------------------------------


def bury(user: User, *, leave: bool) -> int:
    """Pause the worker until it is taken for dead. Return its new lease."""
    kill(worker())
    presence.reap()
    if leave:
        pass_leave_grace()
        leaving.announce_leaves()
    return worker()


def test_a_worker_taken_for_dead_notes_its_sockets_again() -> None:
    ada, room = open_room()
    lease = bury(ada, leave=False)
    assert entering.reattach(worker_id=lease, sockets=[("s", room.pk, ada.pk)]) == set()
    pass_leave_grace()
    sweep()
    assert transcript(room) == ["1 join Ada"]


def test_people_whose_leave_was_announced_meanwhile_join_again() -> None:
    ada, room = open_room()
    lease = bury(ada, leave=True)
    assert entering.reattach(worker_id=lease, sockets=[("s", room.pk, ada.pk)]) == set()
    assert transcript(room) == ["1 join Ada", "2 leave Ada", "3 join Ada"]
    assert not away(ada)
    room.refresh_from_db()
    assert room.closes_at is None


def test_a_socket_whose_member_has_no_place_any_more_is_named_and_not_noted() -> None:
    ada, room = open_room("Ada")
    _, closed = open_room("Grace")
    bob = come_in("Bob", room)
    lease = bury(ada, leave=True)
    come_in("ada", room, on=worker("second"))
    leaving.leave(user=bob, room=room)
    rooms.close(room=closed)
    sockets = [("a", room.pk, ada.pk), ("b", room.pk, bob.pk), ("c", closed.pk, ada.pk)]
    assert entering.reattach(worker_id=lease, sockets=sockets) == {"a", "b", "c"}
    assert present(room) == {"ada"}
    assert not Connection.objects.filter(worker=lease).exists()


# Banned -------------------------------------------------------------------------------------------


def test_a_banned_person_is_gone_from_every_room_and_may_be_let_in_again() -> None:
    _, room = open_room("Ada")
    _, second = open_room("Grace")
    bob = come_in("Bob", room)
    rooms.join(user=bob, code=second.code)
    connect(bob, second)
    site_bans.ban(user=bob)
    assert present(room) | present(second) == {"Ada", "Grace"}
    with pytest.raises(ChatError):
        connect(bob, room)
    site_bans.unban(user=bob)
    connect(bob, room)
    assert present(room) == {"Ada", "Bob"}


def test_a_room_that_closed_is_nobodys_place() -> None:
    ada, room = open_room()
    connect(ada, room)
    rooms.close(room=room)
    lose(ada)
    pass_leave_grace()
    sweep()
    assert Room.objects.get(pk=room.pk).closes_at is None
    assert len(transcript(room)) == 2

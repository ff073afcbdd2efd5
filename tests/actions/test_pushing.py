"""Who is notified of what: found apart from posting, and asked again just before it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from rooms.actions import hiding, rooms, sanctions, sign_ins, subscriptions
from rooms.live import pusher
from rooms.live.pusher import Result
from rooms.models import Membership, Push, PushedThrough, PushSubscription, Room, User, Worker
from rooms.pushing import content, due, queue, words
from tests.actions.factories import (
    come_in,
    connect,
    lose,
    open_room,
    together,
)
from tests.actions.notified import (
    bodies,
    go,
    notification,
    notify,
    pass_time,
    read,
    say,
    subscribe,
    take,
)

pytestmark = pytest.mark.django_db(transaction=True)


# Who ----------------------------------------------------------------------------------------------


def test_a_member_who_is_away_is_told_once_what_was_said(ada: User, bob: User, room: Room) -> None:
    seq = say(ada, room, "hello *there*")
    [send] = take()
    assert notification(send) == {
        "title": "Engines",
        "body": "Ada: hello there",
        "lang": "en",
        "dir": "auto",
        "tag": room.public_id,
        "navigate": f"https://chat.example.org/rooms/{room.code}/#m{seq}",
        "timestamp": notification(send)["timestamp"],
        "renotify": True,
        "silent": False,
        "data": {
            "kind": "messages",
            "room": room.public_id,
            "seq": seq,
            "count": 1,
            "to_me": False,
        },
    }
    assert take() == [], "it is on its way"
    pusher.settle([(send, Result("sent"))])
    pass_time(queue.PAUSE.total_seconds())
    assert take() == []
    assert Push.objects.get().due_at is None


def test_nobody_is_told_of_their_own_words_or_of_those_from_before(ada: User, room: Room) -> None:
    bob = come_in("Bob", room)
    say(ada, room, "before Bob subscribed")
    subscribe(bob)
    go(bob)
    assert notify() == []
    say(bob, room, "Bob's own")
    go(bob)
    assert notify() == []


@pytest.mark.parametrize(
    ("bell", "body", "is_told"),
    [
        ("everything", "hello", True),
        ("to_me", "hello", False),
        ("to_me", "hello @Bob", True),
        ("to_me", "REPLY", True),
        ("nothing", "hello @Bob", False),
    ],
)
def test_a_bell_decides(
    ada: User, bob: User, eve: User, room: Room, bell: str, body: str, is_told: bool
) -> None:
    own = say(bob, room, "who is there?")
    go(bob)
    Membership.objects.filter(user=bob).update(bell=bell)
    say(ada, room, body, reply_to=own if body == "REPLY" else None)
    sends = take()
    assert bool(sends) == is_told
    if sends:
        assert sends[0].to_me == (body != "hello")


def test_a_room_of_many_that_nobody_chose_a_bell_for_tells_what_is_to_one(
    ada: User, bob: User, room: Room
) -> None:
    people = [User(username=f"m{n}", display_name=f"M{n}") for n in range(20)]
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in people)
    say(ada, room, "hello")
    assert notify() == []
    say(ada, room, "hello @Bob")
    assert bodies(notify()) == ["Ada: hello @Bob"]


@pytest.mark.parametrize(
    "gone",
    ["read", "left", "removed", "banned", "signed out", "turned", "banned from site", "closed"],
)
def test_it_is_asked_again_just_before_it_is_sent(
    ada: User, bob: User, eve: User, room: Room, gone: str
) -> None:
    seq = say(ada, room, "hello")
    due.find()
    assert Push.objects.filter(due_at__isnull=False).exists()
    member = Membership.objects.filter(user=bob)
    match gone:
        case "read":
            read(bob, room, seq)
        case "left":
            member.update(left_at=Now())
        case "removed" | "banned":
            do = sanctions.ban if gone == "banned" else sanctions.remove
            do(room=room, by=ada, user=bob)
        case "signed out":
            sign_ins.end_all(user=bob)
        case "turned":
            member.update(bell="nothing")
        case "banned from site":
            User.objects.filter(pk=bob.pk).update(is_active=False)
        case "closed":
            Room.objects.update(closed_at=Now())
    assert take() == []


def test_a_password_changed_by_a_command_ends_notifications(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    bob.set_password("another one")
    bob.save()
    assert take() == []


def test_nobody_is_told_of_somebody_they_have_hidden(
    ada: User, bob: User, eve: User, room: Room
) -> None:
    hiding.hide(user=bob, person_id=ada.public_id)
    say(ada, room, "hello @Bob")
    assert notify() == []
    say(eve, room, "dear @Bob")
    assert bodies(notify()) == ["Eve: dear @Bob"]


def test_a_browser_that_became_another_s_tells_nothing_said_before(
    ada: User, eve: User, bob: User, room: Room
) -> None:
    go(eve)
    say(ada, room, "@Eve, are you there?")
    laptop = subscribe(bob, "https://push.example.net/laptop")
    PushSubscription.objects.update(created_at=Now() - timedelta(hours=1))
    subscriptions.ask_for_test(laptop)
    taken = subscribe(eve, laptop.endpoint)
    assert not taken.test_due_at, "what the other person asked for"
    assert [send.push.subscription.user for send in take()] == [bob]
    say(ada, room, "hello?")
    assert bodies(notify()) == ["Ada: hello?"]


# When ---------------------------------------------------------------------------------------------


def test_somebody_who_is_there_is_not_told_unless_their_socket_turns_out_to_be_dead(
    ada: User, bob: User, room: Room
) -> None:
    connect(bob, room)
    say(ada, room, "hello")
    assert take() == []
    pass_time(10)
    assert take() == [], "a socket is still there"
    lose(bob)
    pass_time(1)
    assert take() == [], "they may come back"
    pass_time(10)
    assert bodies(notify()) == ["Ada: hello"]


def test_somebody_who_leaves_what_was_said_unread_while_there_is_left_alone(
    ada: User, bob: User, room: Room
) -> None:
    connect(bob, room)
    say(ada, room, "hello")
    Worker.objects.update(lease_until=Now() + timedelta(hours=1))  # longer than this test takes
    for _ in range(13):
        assert take() == []
        pass_time(10)
    assert Push.objects.get().due_at is None, "nobody asks for ever"
    go(bob)
    assert take() == []


def test_a_worker_that_was_killed_takes_nobody_s_notifications_with_it(
    ada: User, bob: User, room: Room
) -> None:
    connect(bob, room)
    Worker.objects.update(lease_until=Now() - timedelta(seconds=1))
    say(ada, room, "hello")  # which makes a lease of its own
    assert take() == []
    lose(bob)
    pass_time(20)
    assert bodies(notify()) == ["Ada: hello"]


def test_a_room_makes_itself_heard_once_in_a_while_and_then_says_how_much_is_new(
    ada: User, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAUSE", timedelta(minutes=5))  # longer than this test takes
    say(ada, room, "one")
    assert bodies(notify()) == ["Ada: one"]
    for word in ("two", "three"):
        say(ada, room, word)
        assert notify() == []
    pass_time(240)
    assert notify() == []
    pass_time(60)
    [told] = notify()
    assert told["body"] == "3 new. Ada: three"
    assert told["data"]["count"] == 3


def test_what_was_said_between_the_look_and_the_end_of_it_is_not_lost(
    ada: User, bob: User, room: Room
) -> None:
    seq = say(ada, room, "one")
    due.find()
    read(bob, room, seq)
    decided = content.decide(queue.take(10))
    assert isinstance(decided[0], content.Drop)
    say(ada, room, "two")
    due.find()  # which sees that Bob is due already
    pusher.keep(decided)
    assert Push.objects.get().tries == 0, "it is no push service's fault"
    assert bodies(notify()) == ["Ada: two"]


def test_two_workers_send_it_once(ada: User, bob: User, eve: User, room: Room) -> None:
    subscribe(eve)
    go(eve)
    say(ada, room, "hello")
    sends = [send for found in together(*[take] * 4) for send in found]
    assert sorted(str(send.push.membership.user) for send in sends) == ["Bob", "Eve"]


def test_what_somebody_has_no_place_for_stays_in_the_queue(
    ada: User, bob: User, eve: User, room: Room
) -> None:
    subscribe(eve)
    go(eve)
    say(ada, room, "hello")
    due.find()
    [push] = queue.take(10, without={bob.pk})
    assert push.subscription.user == eve
    [push] = queue.take(10)
    assert (push.subscription.user, push.tries) == (bob, 1)
    queue.later([push], pusher.CROWDED)
    assert queue.take(10) == []
    pass_time(pusher.CROWDED.total_seconds())
    assert [push.tries for push in queue.take(10)] == [1], "as if it had not been taken"


def test_those_who_wait_equally_long_are_put_back_together(
    ada: User, bob: User, eve: User, room: Room
) -> None:
    for user in (bob, eve):
        subscribe(user, f"https://push.example.net/laptop/{user}")
        connect(user, room)
    say(ada, room, "hello")
    due.find()
    pass_time(10)
    decided = content.decide(queue.take(10))
    assert [type(decision) for decision in decided] == [content.Wait] * len(decided)
    with CaptureQueriesContext(connection) as queries:
        assert pusher.keep(decided) == []
    assert len(decided) > len(queries) == 1
    assert queue.take(10) == []
    pass_time(10)
    assert len(queue.take(10)) == len(decided)


def test_what_was_taken_by_a_worker_that_was_killed_comes_back(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    assert take()
    pass_time(queue.LEASE.total_seconds() / 2)
    assert take() == []
    pass_time(queue.LEASE.total_seconds() / 2)
    assert bodies(notify()) == ["Ada: hello"]


def test_what_ends_every_worker_that_takes_it_is_given_up(ada: User, bob: User, room: Room) -> None:
    say(ada, room, "hello")
    for _ in range(queue.TRIES):
        assert take()
        pass_time(queue.LEASE.total_seconds())
    assert take() == []
    say(ada, room, "and again")
    assert bodies(notify()) == ["2 new. Ada: and again"]


def test_a_notification_that_cannot_be_written_keeps_nobody_else_s_back(
    ada: User, bob: User, eve: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(eve)
    go(eve)
    say(ada, room, "hello")
    written = words.messages

    def broken(push: Push, *args: Any, **options: Any) -> bytes:
        assert push.subscription.user_id != bob.pk
        return written(push, *args, **options)

    monkeypatch.setattr(words, "messages", broken)
    assert [str(send.push.subscription.user) for send in take()] == ["Eve"]


# Keeping ------------------------------------------------------------------------------------------


def test_what_nobody_needs_is_purged(ada: User, bob: User, room: Room) -> None:
    say(ada, room, "hello")
    assert notify()
    queue.purge()
    assert Push.objects.exists(), "it may be on a screen"
    pass_time(5)
    assert take() == []
    pass_time(queue.KEPT.total_seconds())
    queue.purge()
    assert not Push.objects.exists()
    # As a worker of the release before leaves it.
    PushSubscription.objects.update(sign_in=0)
    queue.purge()
    assert not PushSubscription.objects.exists()


def test_a_subscription_can_end_while_something_is_queued_for_it(
    ada: User, bob: User, room: Room
) -> None:
    """Neither the person who signs out nor the sweep is in the way of the other."""
    ended = PushSubscription.objects.get().pk
    sign_ins.end_all(user=bob)
    late = Membership.objects.get(user=bob)
    Push.objects.create(subscription_id=ended, membership=late, due_at=Now())
    assert queue.take(10) == []
    queue.purge()
    assert not Push.objects.exists()


def test_of_more_rooms_than_one_sweep_looks_at_each_has_its_turn(
    ada: User, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "ROOMS", 1)
    owner, other = open_room("Zoë", title="Looms")
    rooms.join(user=bob, code=other.code)
    go(bob)
    last, looked_at = 0, []
    for _ in range(4):
        say(ada, room, "news")
        say(owner, other, "news")
        last = due.find(after=last)
        looked_at.append(last)
    assert looked_at == [room.pk, other.pk, 0, room.pk]


def test_a_room_without_subscribers_is_not_looked_at(ada: User, room: Room) -> None:
    say(ada, room, "hello")
    due.find()
    assert not PushedThrough.objects.exists()
    subscribe(come_in("Bob", open_room("Zoë")[1]))
    assert room.pk not in due.rooms_with_news()

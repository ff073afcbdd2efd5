"""Who is notified of what: found apart from posting, and asked again just before it is sent."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db.models import F
from django.db.models.functions import Now

from history.models import Message
from history.said import Said
from rooms.actions import hiding, messages, performing, sanctions, sign_ins, subscriptions
from rooms.actions.texts import Raw, prepare
from rooms.commands import Delete, Edit
from rooms.live import pusher
from rooms.live.pusher import Result
from rooms.models import Membership, Push, PushedThrough, PushSubscription, Room, User, Worker
from rooms.pushing import content, due, queue
from rooms.pushing.content import Send
from tests.actions.factories import (
    ask,
    come_in,
    connect,
    draft,
    enter,
    lose,
    open_room,
    pass_leave_grace,
    session,
    sweep,
    together,
)
from tests.support.push_keys import BrowserKeys

pytestmark = pytest.mark.django_db(transaction=True)

# Bob, Eve and Ada are in a room of Ada's; Bob has a browser that is subscribed, and is away.


@pytest.fixture
def room() -> Room:
    return open_room("Ada", title="Engines")[1]


@pytest.fixture
def ada(room: Room) -> User:
    return User.objects.get(display_name="Ada")


@pytest.fixture
def eve(room: Room) -> User:
    return come_in("Eve", room)


@pytest.fixture
def bob(room: Room) -> User:
    user = come_in("Bob", room)
    subscribe(user)
    go(user)
    return user


def subscribe(user: User, endpoint: str = "") -> PushSubscription:
    key = session(user)
    sign_ins.note(user=user, key=key, agent="", address="")
    fields = BrowserKeys().subscription(endpoint or f"https://push.example.net/{user}")
    return subscriptions.subscribe(
        user=user, session_key=key, origin="https://chat.example.org", agent="", **fields
    )


def go(user: User) -> None:
    """Lose all sockets, an hour ago, but stay a member."""
    lose(user)
    pass_leave_grace()
    sweep()
    assert not Membership.objects.filter(user=user, present=True).exists()


def read(user: User, room: Room, seq: int) -> None:
    Membership.objects.filter(user=user, room=room).update(read_through=seq)


def say(user: User, room: Room, body: str, *, reply_to: int | None = None) -> int:
    """Post as a socket does, with mentions and replies. Returns the number."""
    [text] = prepare([Raw(room.pk, room.stream_id, user.pk, body, reply_to)])
    post = draft(enter(user, room), body, client_id=secrets.token_hex(8))
    post = replace(
        post,
        said=Said(body=body, reply_to=reply_to),
        html=text.html,
        mentions=text.mentions,
        epoch=messages.ASK if text.mentions else post.epoch,
    )
    [posted], _ = performing.perform([post])
    assert isinstance(posted, messages.Posted), posted
    return posted.seq


def take() -> list[Send]:
    """Find who is to be notified, and return what is to be sent now."""
    due.find()
    return pusher.keep(content.decide(queue.take(100)))


def notify(result: str = "sent") -> list[dict[str, Any]]:
    """The same, and have it sent: what was in the notifications."""
    sends = take()
    pusher.settle([(send, Result(result)) for send in sends])
    return [notification(send) for send in sends]


def notification(send: Send) -> dict[str, Any]:
    payload = orjson.loads(send.payload)
    assert payload["web_push"] == 8030
    told: dict[str, Any] = payload["notification"]
    return told


def bodies(told: list[dict[str, Any]]) -> list[str]:
    return [one["body"] for one in told]


def pass_time(seconds: float) -> None:
    """Move all that the queue compares with the clock into the past."""
    past = timedelta(seconds=seconds)
    Push.objects.update(due_at=F("due_at") - past, told_at=F("told_at") - past)
    Membership.objects.update(away_since=F("away_since") - past)
    Message.objects.update(at=F("at") - past)
    PushSubscription.objects.update(created_at=F("created_at") - past)


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
    pass_time(9)
    assert take() == [], "they may come back"
    pass_time(2)
    assert bodies(notify()) == ["Ada: hello"]


def test_somebody_who_leaves_what_was_said_unread_while_there_is_left_alone(
    ada: User, bob: User, room: Room
) -> None:
    connect(bob, room)
    say(ada, room, "hello")
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
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "one")
    assert bodies(notify()) == ["Ada: one"]
    for word in ("two", "three"):
        say(ada, room, word)
        assert notify() == []
    pass_time(4)
    assert notify() == []
    pass_time(1)
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
    assert bodies(notify()) == ["Ada: two"]


def test_two_workers_send_it_once(ada: User, bob: User, eve: User, room: Room) -> None:
    subscribe(eve)
    go(eve)
    say(ada, room, "hello")
    sends = [send for found in together(*[take] * 4) for send in found]
    assert sorted(str(send.push.membership.user) for send in sends) == ["Bob", "Eve"]


def test_what_was_taken_by_a_worker_that_was_killed_comes_back(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    assert take()
    pass_time(queue.LEASE.total_seconds() - 1)
    assert take() == []
    pass_time(2)
    assert bodies(notify()) == ["Ada: hello"]


# What becomes of it -------------------------------------------------------------------------------


def test_a_push_service_that_has_no_time_is_asked_again_later_and_later(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    waits = []
    while notify("busy"):
        push = Push.objects.annotate(wait=F("due_at") - Now()).get()
        if push.due_at is None:
            break
        waits.append(round(push.wait.total_seconds()))
        pass_time(waits[-1] - 1)
        assert take() == []
        pass_time(1.5)
    assert waits == [2, 4, 8, 16, 32, 64, 128]


def test_a_push_service_is_not_asked_before_the_time_it_names(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    [send] = take()
    pusher.settle([(send, pusher._read(429, "120"))])
    pass_time(119)
    assert take() == []
    pass_time(2)
    assert bodies(notify()) == ["Ada: hello"]


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


def test_a_subscription_that_has_ended_is_forgotten(ada: User, bob: User, room: Room) -> None:
    subscribe(bob, "https://push.example.net/laptop")
    say(ada, room, "hello")
    first, second = take()
    pusher.settle([(first, pusher._read(410, "")), (second, pusher._read(201, ""))])
    assert [row.pk for row in PushSubscription.objects.all()] == [second.push.subscription_id]


def test_a_notification_that_is_refused_is_not_sent_again(ada: User, bob: User, room: Room) -> None:
    say(ada, room, "hello")
    [send] = take()
    pusher.settle([(send, pusher._read(403, ""))])
    pass_time(3600 * 2)
    assert take() == []
    assert PushSubscription.objects.exists()


# What it says -------------------------------------------------------------------------------------


def test_a_lock_screen_shows_names_only_if_the_person_or_the_site_wants_it_so(
    ada: User, bob: User, room: Room, settings: Any
) -> None:
    User.objects.filter(pk=bob.pk).update(notifies_with_text=False)
    say(ada, room, "the secret plan")
    assert bodies(notify()) == ["Ada wrote something"]
    say(ada, room, "@Bob knows")
    pass_time(5)
    assert bodies(notify()) == ["2 new, the last from Ada"]
    User.objects.filter(pk=bob.pk).update(notifies_with_text=True)
    settings.CHAT_PUSH = "names"
    read(bob, room, Push.objects.get().told_through)
    say(ada, room, "@Bob again")
    pass_time(5)
    assert bodies(notify()) == ["Ada wrote to you"]


def test_of_several_the_one_that_is_to_the_person_is_shown(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "@Bob, look")
    seq = say(ada, room, "anybody?")
    [send] = take()
    assert notification(send)["body"] == "2 new. Ada: @Bob, look"
    assert (send.to_me, send.through) == (True, seq)


def test_a_long_text_is_cut_to_what_a_payload_holds(ada: User, bob: User, room: Room) -> None:
    Room.objects.update(title="🐘" * 80)
    say(ada, room, "🦏" * 3000)
    [send] = take()
    assert len(send.payload) <= content.PAYLOAD_MAX
    assert notification(send)["body"].endswith("🦏…")


def test_a_deleted_message_is_replaced_in_silence(ada: User, bob: User, room: Room) -> None:
    first = say(ada, room, "fine")
    assert notify()
    second = say(ada, room, "oh no")
    pass_time(5)
    assert bodies(notify()) == ["2 new. Ada: oh no"]
    pass_time(5)
    assert notify() == []
    ask(room, (ada, Delete(seq=second)))
    [told] = notify()
    assert (told["body"], told["silent"], told["renotify"]) == ("Ada: fine", True, False)
    assert told["tag"] == room.public_id
    pass_time(5)
    assert notify() == []
    ask(room, (ada, Delete(seq=first)))
    [told] = notify()
    assert told["body"] == "The message was deleted."
    assert told["data"]["kind"] == "gone"
    pass_time(5)
    assert notify() == [], "once"


def test_a_message_that_is_deleted_while_it_is_sent_is_replaced_too(
    ada: User, bob: User, room: Room
) -> None:
    seq = say(ada, room, "oh no")
    [send] = take()
    ask(room, (ada, Delete(seq=seq)))
    due.find()
    pusher.settle([(send, Result("sent"))])
    Push.objects.update(told_at=F("told_at") - timedelta(seconds=60))  # the clocks of a test
    pass_time(5)
    [told] = notify()
    assert told["data"]["kind"] == "gone"


def test_an_edited_message_is_shown_as_it_is_now(ada: User, bob: User, room: Room) -> None:
    seq = say(ada, room, "the code is 1234")
    assert notify()
    pass_time(5)
    assert notify() == []
    ask(room, (ada, Edit(seq=seq, body="never mind")))
    [told] = notify()
    assert (told["body"], told["silent"]) == ("Ada: never mind", True)


@pytest.mark.parametrize("verb", [sanctions.remove, sanctions.ban])
def test_nothing_is_shown_any_more_of_a_room_that_one_was_removed_from(
    ada: User, bob: User, room: Room, verb: Any
) -> None:
    say(ada, room, "hello")
    assert notify()
    pass_time(5)
    assert notify() == []
    verb(room=room, by=ada, user=bob)
    say(ada, room, "good riddance")
    [told] = notify()
    assert told["data"]["kind"] == "gone"
    assert "Engines" not in str(told)
    assert room.code not in str(told)
    pass_time(5)
    assert notify() == []


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


def test_a_room_without_subscribers_is_not_looked_at(ada: User, room: Room) -> None:
    say(ada, room, "hello")
    due.find()
    assert not PushedThrough.objects.exists()
    subscribe(come_in("Bob", open_room("Zoë")[1]))
    assert room.pk not in due.rooms_with_news()

"""What a notification says, and what becomes of one that is sent."""

from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from rooms.actions import hiding, sanctions
from rooms.commands import Delete, Edit
from rooms.live import pusher
from rooms.live.pusher import Result
from rooms.models import Push, PushSubscription, Room, User
from rooms.pushing import due, queue, words
from tests.actions.factories import ask
from tests.actions.notified import (
    bodies,
    notification,
    notify,
    pass_time,
    read,
    say,
    subscribe,
    take,
)

pytestmark = pytest.mark.django_db(transaction=True)


# What becomes of it -------------------------------------------------------------------------------


def test_a_push_service_that_has_no_time_is_asked_again_later_and_later(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    waits = []
    for _ in range(queue.TRIES - 1):
        assert notify("busy")
        assert take() == []
        wait = F("due_at") - Now()
        waits.append(Push.objects.values_list(wait, flat=True).get().total_seconds())
        pass_time(waits[-1] + 1)
    assert waits == sorted(waits)
    assert waits[-1] > 60
    assert notify("busy")
    pass_time(3000)
    assert take() == [], "given up"


def test_a_push_service_is_not_asked_before_the_time_it_names(
    ada: User, bob: User, room: Room
) -> None:
    say(ada, room, "hello")
    [send] = take()
    pusher.settle([(send, pusher._read(429, "120"))])
    pass_time(60)
    assert take() == []
    pass_time(60)
    assert bodies(notify()) == ["Ada: hello"]


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
    assert len(send.payload) <= words.PAYLOAD_MAX
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
    pass_time(5)
    [told] = notify()
    assert told["data"]["kind"] == "gone"


def test_a_message_is_replaced_however_much_else_was_changed_since(
    ada: User, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "MESSAGES", 1)
    first = say(ada, room, "fine")
    second = say(ada, room, "oh no")
    assert notify()
    pass_time(5)
    assert notify() == []
    ask(room, (ada, Delete(seq=second)), (ada, Edit(seq=first, body="finer")))
    [told] = notify()
    assert (told["body"], told["silent"]) == ("Ada: finer", True)
    pass_time(5)
    assert notify() == [], "once"


def test_an_edited_message_is_shown_as_it_is_now(ada: User, bob: User, room: Room) -> None:
    seq = say(ada, room, "the code is 1234")
    assert notify()
    pass_time(5)
    assert notify() == []
    ask(room, (ada, Edit(seq=seq, body="never mind")))
    [told] = notify()
    assert (told["body"], told["silent"]) == ("Ada: never mind", True)


@pytest.mark.parametrize("since", ["read", "old", "hidden"])
def test_an_edited_message_is_replaced_also_where_it_is_no_news_any_more(
    ada: User, bob: User, room: Room, since: str
) -> None:
    seq = say(ada, room, "the code is 1234")
    assert notify()
    pass_time(due.FRESH.total_seconds() if since == "old" else 5)
    assert notify() == []
    if since == "read":
        read(bob, room, seq)
    elif since == "hidden":
        hiding.hide(user=bob, person_id=ada.public_id)
    ask(room, (ada, Edit(seq=seq, body="never mind")))
    [told] = notify()
    expected = "The message was deleted." if since == "hidden" else "Ada: never mind"
    assert (told["body"], told["silent"]) == (expected, True)


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

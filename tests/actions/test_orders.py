"""A room's settings hold at once, for everybody, and each change of them is told and recorded."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models.functions import Now

from rooms import access, commands
from rooms.actions import (
    leaving,
    performing,
    roles,
    rooms,
    sanctions,
    settings,
)
from rooms.errors import (
    Forbidden,
    NotMember,
    RateLimited,
    RoomNotFound,
)
from rooms.models import Membership
from tests.actions.factories import (
    ask,
    change_settings,
    come_in,
    draft,
    enter,
    guest,
    last_notice,
    open_room,
    present,
    said,
    say,
    transcript,
)

pytestmark = pytest.mark.django_db


# Settings -----------------------------------------------------------------------------------------
def test_changed_settings_are_told_in_the_room_and_recorded() -> None:
    ada, room = open_room("Ada")
    deed = change_settings(
        room, ada, title="Engines", locked=True, slow_mode=30, passcode="open sesame"
    )
    assert last_notice(room) == (
        "Ada set the topic to “Engines”, locked the room, turned on slow mode (one message "
        "every 30 seconds) and set a passcode."
    )
    assert deed is not None
    assert (deed.actor_id, deed.role, deed.verb) == (ada.public_id, "owner", "settings")
    assert deed.details == {"title": "Engines", "locked": True, "slow_mode": 30, "passcode": True}
    room.refresh_from_db()
    assert check_password("open sesame", room.passcode)
    assert change_settings(room, ada) is None, "nothing is news"
    change_settings(room, ada, passcode="")
    room.refresh_from_db()
    assert room.passcode == ""


def test_only_the_owner_orders_and_only_of_those_below() -> None:
    ada, room = open_room("Ada")
    bob, eve, zoe = (come_in(name, room) for name in ("Bob", "Eve", "Zoe"))
    for who in (bob, guest("Tove")):
        with pytest.raises((Forbidden, NotMember)):
            change_settings(room, who, locked=True)
        with pytest.raises((Forbidden, NotMember)):
            sanctions.mute(room=room, by=who, user=eve, minutes=10)
    roles.make_moderator(room=room, by=ada, user=bob)
    roles.make_moderator(room=room, by=ada, user=eve)
    with pytest.raises(Forbidden):
        change_settings(room, bob, locked=True)
    for verb in (sanctions.remove, sanctions.ban, partial(sanctions.mute, minutes=1)):
        for whom in (ada, eve, bob):
            with pytest.raises(Forbidden):
                verb(room=room, by=bob, user=whom)  # type: ignore[operator]
    sanctions.mute(room=room, by=bob, user=zoe, minutes=10)
    with pytest.raises(Forbidden):
        roles.make_moderator(room=room, by=bob, user=zoe)


def test_earlier_messages_are_hidden_from_newcomers_once_the_setting_is_on() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "a secret")
    change_settings(room, ada, history_open=False)
    head = len(transcript(room))
    eve = come_in("Eve", room)
    assert Membership.objects.get(user=bob).hidden_through == 0
    assert Membership.objects.get(user=eve).hidden_through == head
    leaving.leave(user=eve, room=room)
    rooms.join(user=eve, code=room.code)
    assert Membership.objects.get(user=eve).hidden_through == head, "what was seen stays"


def test_slow_mode_is_one_message_a_span_in_one_batch_or_several() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    change_settings(room, ada, slow_mode=30)
    entrance = enter(bob, room)
    first, second = draft(entrance, "one"), draft(entrance, "two")
    outcomes, _ = performing.perform([first, second, first])
    assert isinstance(outcomes[1], RateLimited)
    assert outcomes[1].retry_after == 30
    assert outcomes[0] == outcomes[2], "a message sent again is the first one"
    with pytest.raises(RateLimited):
        say(bob, room, "three")
    say(ada, room, "I", "may")
    room.stream.messages.filter(author=bob).update(at=Now() - timedelta(seconds=31))  # type: ignore[union-attr]
    say(bob, room, "four")
    assert said(room) == ["one", "I", "may", "four"]


def test_slow_mode_binds_edits_as_it_does_messages() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    change_settings(room, ada, slow_mode=900)
    (first,) = say(bob, room, "one")
    edit = lambda user, *bodies: ask(  # noqa: E731
        room, *((user, commands.Edit(first.seq, body)) for body in bodies)
    )
    (refusal,) = edit(bob, "two")
    assert isinstance(refusal, RateLimited)
    assert (refusal.code, refusal.retry_after) == ("rate_limited", 900)
    assert said(room) == ["one"]
    room.stream.messages.filter(author=bob).update(at=Now() - timedelta(minutes=16))  # type: ignore[union-attr]
    # One in a span, in one transaction or several, and then no message either.
    answers = [*edit(bob, "three", "four"), *edit(bob, "five")]
    assert [isinstance(answer, RateLimited) for answer in answers] == [False, True, True]
    with pytest.raises(RateLimited):
        say(bob, room, "six")
    assert said(room) == ["three"]
    Membership.objects.filter(user=bob).update(last_edit_at=Now() - timedelta(minutes=16))
    say(bob, room, "seven")
    (mine,) = say(ada, room, "eight")
    for _ in range(3):  # those in charge are not held up
        ask(room, (ada, commands.Edit(mine.seq, "nine")))
    assert said(room) == ["three", "seven", "nine"]


def test_a_new_code_kills_the_old_one_and_throws_nobody_out() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    former = room.code
    code = settings.renew_code(room=room, by=ada)
    assert code == room.code != former
    with pytest.raises(RoomNotFound):
        rooms.join(user=guest("Eve"), code=former)
    rooms.join(user=guest("Eve"), code=code)
    assert present(room) == {"Ada", "Bob"}
    assert access.forwarded(user=bob, code=former) == code
    assert access.forwarded(user=guest("Zoe"), code=former) == ""

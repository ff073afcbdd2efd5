"""What those in charge of a room order is so, at once, for everybody, and is written down."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.db.models.functions import Now

from history.models import Stream
from rooms import access, commands
from rooms.actions import (
    accounts,
    admission,
    changes,
    clearing,
    leaving,
    performing,
    roles,
    rooms,
    sanctions,
    settings,
    site_bans,
    undoing,
    verbs,
)
from rooms.errors import (
    Forbidden,
    MessageNotFound,
    MustAsk,
    Muted,
    NewcomersKeptOut,
    NotMember,
    PasscodeNeeded,
    RateLimited,
    Removed,
    RoomFull,
    RoomLocked,
    RoomNotFound,
    WrongPasscode,
)
from rooms.models import Deed, JoinRequest, Membership, Room, Shunned, User
from rooms.pages.manage import people
from rooms.room_settings import RoomSettings
from rooms.traces import Traces
from tests.actions.factories import (
    ask,
    come_in,
    connect,
    draft,
    enter,
    guest,
    lose,
    open_room,
    pass_leave_grace,
    present,
    say,
    sweep,
    transcript,
)

pytestmark = pytest.mark.django_db


def order(room: Room, by: User, **wishes: object) -> Deed | None:
    room.refresh_from_db()
    wanted = replace(RoomSettings.of(room), **wishes)  # type: ignore[arg-type]
    return settings.change(room=room, by=by, wanted=wanted)


def last(room: Room) -> str:
    """What the room was told last."""
    return room.stream.messages.filter(kind="notice").order_by("-seq")[0].body  # type: ignore[union-attr,no-any-return]


def role(room: Room, user: User) -> str:
    return Membership.objects.get(room=room, user=user).role


def said(room: Room) -> list[str]:
    rows = room.stream.messages.filter(kind="chat", deleted_at=None).order_by("seq")  # type: ignore[union-attr]
    return [row.body for row in rows]


# Settings -----------------------------------------------------------------------------------------


def test_what_was_changed_is_told_in_the_room_and_recorded() -> None:
    ada, room = open_room("Ada")
    deed = order(room, ada, title="Engines", locked=True, slow_mode=30, passcode="open sesame")
    assert last(room) == (
        "Ada named the room “Engines”, locked the room, turned on slow mode (one message "
        "every 30 seconds) and set a passcode."
    )
    assert deed is not None
    assert (deed.actor_id, deed.role, deed.verb) == (ada.public_id, "owner", "settings")
    assert deed.details == {"title": "Engines", "locked": True, "slow_mode": 30, "passcode": True}
    room.refresh_from_db()
    assert check_password("open sesame", room.passcode)
    assert order(room, ada) is None, "nothing is news"
    order(room, ada, passcode="")
    room.refresh_from_db()
    assert room.passcode == ""


def test_only_the_owner_orders_and_only_of_those_below() -> None:
    ada, room = open_room("Ada")
    bob, eve, zoe = (come_in(name, room) for name in ("Bob", "Eve", "Zoe"))
    for who in (bob, guest("Tove")):
        with pytest.raises((Forbidden, NotMember)):
            order(room, who, locked=True)
        with pytest.raises((Forbidden, NotMember)):
            sanctions.mute(room=room, by=who, user=eve, minutes=10)
    roles.make_moderator(room=room, by=ada, user=bob)
    roles.make_moderator(room=room, by=ada, user=eve)
    with pytest.raises(Forbidden):
        order(room, bob, locked=True)
    for verb in (sanctions.remove, sanctions.ban, partial(sanctions.mute, minutes=1)):
        for whom in (ada, eve, bob):
            with pytest.raises(Forbidden):
                verb(room=room, by=bob, user=whom)  # type: ignore[operator]
    sanctions.mute(room=room, by=bob, user=zoe, minutes=10)
    with pytest.raises(Forbidden):
        roles.make_moderator(room=room, by=bob, user=zoe)


# Coming in ----------------------------------------------------------------------------------------


def test_a_locked_room_lets_nobody_new_in_and_keeps_those_it_knows() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    leaving.leave(user=bob, room=room)
    sanctions.remove(room=room, by=ada, user=eve)
    order(room, ada, locked=True)
    rooms.join(user=bob, code=room.code)
    for who in (eve, guest("Zoe")):
        with pytest.raises(RoomLocked):
            rooms.join(user=who, code=room.code)
    order(room, ada, locked=False)
    rooms.join(user=eve, code=room.code)


def test_a_passcode_is_asked_of_whoever_is_new() -> None:
    ada, room = open_room("Ada")
    order(room, ada, passcode="sesame")
    bob = guest("Bob")
    with pytest.raises(PasscodeNeeded) as refusal:
        rooms.join(user=bob, code=room.code)
    assert not isinstance(refusal.value, WrongPasscode)
    wrong = admission.prove(code=room.code, passcode="Sesame")
    with pytest.raises(WrongPasscode):
        rooms.join(user=bob, code=room.code, proof=wrong)
    proof = admission.prove(code=room.code.lower(), passcode="ｓesame")
    order(room, ada, passcode="another")
    with pytest.raises(WrongPasscode):
        rooms.join(user=bob, code=room.code, proof=proof)
    proof = admission.prove(code=room.code, passcode="another")
    rooms.join(user=bob, code=room.code, proof=proof)
    connect(bob, room)
    assert admission.prove(code="ZZZZ", passcode="another") == ""


def test_a_full_room_has_room_for_those_in_charge_and_for_who_was_let_in() -> None:
    ada, room = open_room("Ada")
    order(room, ada, capacity=2)
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code)
    with pytest.raises(RoomFull):
        rooms.join(user=guest("Eve"), code=room.code)
    connect(bob, room)
    moderator = come_in_anyway("Grace", room)
    leaving.leave(user=bob, room=room)
    assert present(room) == {"Ada", "Grace"}
    assert moderator
    with pytest.raises(RoomFull):
        rooms.join(user=bob, code=room.code)
    # A page that was away so long that it has left finds the place taken by its socket too.
    Membership.objects.filter(user=bob).update(left_at=None)
    with pytest.raises(RoomFull):
        connect(bob, room)


def come_in_anyway(name: str, room: Room) -> User:
    user = guest(name)
    Membership.objects.create(room=room, user=user, role="moderator")
    rooms.join(user=user, code=room.code)
    connect(user, room)
    return user


def test_who_asks_waits_until_somebody_in_charge_answers() -> None:
    ada, room = open_room("Ada")
    order(room, ada, by_request=True)
    bob, eve = guest("Bob"), guest("Eve")
    for who in (bob, eve):
        with pytest.raises(MustAsk):
            rooms.join(user=who, code=room.code)
        admission.ask(user=who, code=room.code)
        admission.ask(user=who, code=room.code)
    assert [r.user for r in admission.waiting(room)] == [bob, eve]
    with pytest.raises(NotMember):
        connect(bob, room)
    admission.admit(room=room, by=ada, user=bob)
    assert last(room) == "Ada let Bob in."
    rooms.join(user=bob, code=room.code)
    connect(bob, room)
    with pytest.raises(Forbidden):
        admission.admit(room=room, by=bob, user=eve)
    admission.turn_away(room=room, by=ada, user=eve)
    assert not admission.is_waiting(user=eve, code=room.code)
    with pytest.raises(RateLimited):
        admission.ask(user=eve, code=room.code)
    JoinRequest.objects.filter(user=eve).update(decided_at=Now() - timedelta(hours=1))
    admission.ask(user=eve, code=room.code)


def test_a_crowd_from_one_place_keeps_nobody_else_from_asking() -> None:
    ada, room = open_room("Ada")
    order(room, ada, by_request=True)
    for number in range(100):
        refused = pytest.raises(RateLimited) if number >= 3 else nullcontext()
        with refused:
            traces = Traces(f"browser {number}", "one address")
            admission.ask(user=guest(f"Guest {number}"), code=room.code, traces=traces)
    assert admission.waiting(room).count() == 3
    eve = guest("Eve")
    admission.ask(user=eve, code=room.code, traces=Traces("phone", "home"))
    assert admission.is_waiting(user=eve, code=room.code)
    # One browser is one who asks, whatever the network.
    with pytest.raises(RateLimited):
        admission.ask(user=guest("Eva"), code=room.code, traces=Traces("phone", "café"))
    admission.ask(user=eve, code=room.code, traces=Traces("phone", "café"))

    with pytest.raises((Forbidden, NotMember)):
        admission.turn_all_away(room=room, by=eve)
    deed = admission.turn_all_away(room=room, by=ada)
    assert deed is not None
    assert (deed.verb, len(deed.details["people"])) == ("turn all away", 4)
    assert eve.public_id in deed.details["people"]
    assert not admission.waiting(room).exists()
    assert admission.was_turned_away(user=eve, code=room.code)
    with pytest.raises(RateLimited):  # nor as somebody else
        admission.ask(user=guest("Eva"), code=room.code, traces=Traces("phone", "café"))
    assert admission.turn_all_away(room=room, by=ada) is None


def test_whoever_asks_no_more_does_not_wait() -> None:
    ada, room = open_room("Ada")
    order(room, ada, by_request=True)
    bob, eve = guest("Bob"), guest("Eve")
    for who in (bob, eve):
        admission.ask(user=who, code=room.code)
    minute = timedelta(minutes=1)
    JoinRequest.objects.update(heard_at=Now() - minute)
    assert admission.is_waiting(user=bob, code=room.code)
    JoinRequest.objects.filter(user=eve).update(heard_at=Now() - 2 * minute)
    JoinRequest.objects.filter(user=bob).update(heard_at=F("heard_at") - minute)
    assert [request.user for request in admission.waiting(room)] == [bob]
    assert not admission.is_waiting(user=eve, code=room.code)
    epoch = Stream.objects.get(pk=room.stream_id).epoch
    assert admission.forget_silent() == 1
    assert Stream.objects.get(pk=room.stream_id).epoch > epoch, "those in charge are told"
    assert admission.forget_silent() == 0
    admission.ask(user=eve, code=room.code)
    assert admission.is_waiting(user=eve, code=room.code)


def test_who_comes_in_by_a_door_that_was_opened_asks_no_more() -> None:
    ada, room = open_room("Ada")
    order(room, ada, by_request=True)
    bob = guest("Bob")
    admission.ask(user=bob, code=room.code)
    order(room, ada, by_request=False)
    rooms.join(user=bob, code=room.code)
    assert not admission.is_waiting(user=bob, code=room.code)
    with pytest.raises(NotMember):
        admission.admit(room=room, by=ada, user=bob)


def test_what_was_said_before_is_hidden_from_who_comes_after_that_was_ordered() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(ada, room, "a secret")
    order(room, ada, history_open=False)
    head = len(transcript(room))
    eve = come_in("Eve", room)
    assert Membership.objects.get(user=bob).hidden_through == 0
    assert Membership.objects.get(user=eve).hidden_through == head
    leaving.leave(user=eve, room=room)
    rooms.join(user=eve, code=room.code)
    assert Membership.objects.get(user=eve).hidden_through == head, "what was seen stays"


# Speaking -----------------------------------------------------------------------------------------


def test_who_is_muted_reads_and_does_not_write_until_it_is_over() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    sanctions.mute(room=room, by=ada, user=bob, minutes=90, reason="shouting")
    assert last(room) == "Ada muted Bob for 90 minutes: shouting"
    with pytest.raises(Muted) as refusal:
        say(bob, room, "but")
    assert "shouting" in refusal.value.message
    assert 5300 < (refusal.value.retry_after or 0) <= 5400
    connect(bob, room)
    Membership.objects.filter(user=bob).update(muted_until=Now() - timedelta(seconds=1))
    say(bob, room, "thanks")


def test_slow_mode_is_one_message_a_span_whatever_way_it_comes() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    order(room, ada, slow_mode=30)
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
    order(room, ada, slow_mode=900)
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


# Going --------------------------------------------------------------------------------------------


def test_who_is_removed_is_told_why_and_is_new_on_coming_back() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    sanctions.remove(room=room, by=ada, user=bob, reason="off\u202e topic\n")
    assert transcript(room)[-2:] == ["3 notice Ada: Ada removed Bob: off topic", "4 leave Bob"]
    with pytest.raises(Removed) as refusal:
        connect(bob, room)
    assert refusal.value.message == "You were removed from this room: off topic"
    rooms.join(user=bob, code=room.code)
    connect(bob, room)


def test_a_ban_shuts_out_the_person_and_guests_from_the_same_place_for_a_day() -> None:
    ada, room = open_room("Ada")
    here, elsewhere = Traces("device", "school"), Traces("phone", "home")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code, traces=here)
    connect(bob, room)
    eve = guest("Eve")
    rooms.join(user=eve, code=room.code, traces=here)
    registered = guest("Mary")
    User.objects.filter(pk=registered.pk).update(
        is_guest=False, date_joined=Now() - timedelta(hours=1)
    )
    registered.refresh_from_db()
    early = guest("Early")
    User.objects.filter(pk=early.pk).update(date_joined=Now() - timedelta(days=3))
    early.refresh_from_db()
    before = guest("Grown")
    accounts.register(user=before, username="grown", password="seven green lanterns")
    sanctions.ban(room=room, by=ada, user=bob, reason="spam")
    rooms.join(user=before, code=room.code, traces=here)
    with pytest.raises(RoomNotFound):
        rooms.join(user=bob, code=room.code, traces=elsewhere)
    for traces in (here, Traces("device", "café"), Traces("other", "school")):
        with pytest.raises(NewcomersKeptOut):
            rooms.join(user=guest("Ben"), code=room.code, traces=traces)
        with pytest.raises(NewcomersKeptOut):
            admission.ask(user=guest("Ben"), code=room.code, traces=traces)
    rooms.join(user=guest("Zoe"), code=room.code, traces=elsewhere)
    rooms.join(user=eve, code=room.code, traces=here)
    rooms.join(user=registered, code=room.code, traces=here)
    upstart = guest("Marten")  # registering is no way round it
    User.objects.filter(pk=upstart.pk).update(is_guest=False)
    upstart.refresh_from_db()
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=upstart, code=room.code, traces=here)
    # Nor is it for a guest made before the ban who chooses a password after it.
    accounts.register(user=early, username="early", password="seven green lanterns")
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=early, code=room.code, traces=here)
    _, other = open_room("Ben")
    rooms.join(user=guest("Bert"), code=other.code, traces=here)
    Shunned.objects.update(until=Now() - timedelta(seconds=1))
    rooms.join(user=guest("Ben"), code=room.code, traces=here)
    rooms.close(room=room)
    assert not Shunned.objects.filter(room=room).exists()
    assert not Membership.objects.filter(room=room).exclude(address_trace="").exists()


def test_a_ban_can_be_of_one_person_and_their_browser_only() -> None:
    ada, room = open_room("Ada")
    bob = guest("Bob")
    rooms.join(user=bob, code=room.code, traces=Traces("device", "school"))
    sanctions.ban(room=room, by=ada, user=bob, network=False)
    rooms.join(user=guest("Eve"), code=room.code, traces=Traces("other", "school"))
    with pytest.raises(NewcomersKeptOut):
        rooms.join(user=guest("Ben"), code=room.code, traces=Traces("device", "home"))


def test_a_removal_is_undone_with_the_role_that_was_lost_and_once() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    for person in (bob, eve):
        roles.make_moderator(room=room, by=ada, user=person)
    deed = sanctions.remove(room=room, by=ada, user=bob)
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=eve, deed=deed)
    undoing.undo(room=room, by=ada, deed=deed)
    assert Membership.objects.get(room=room, user=bob).role == "moderator"
    rooms.join(user=bob, code=room.code)
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)


def test_a_mute_and_a_ban_are_undone_within_a_day_and_once() -> None:
    ada, room = open_room("Ada")
    bob, eve = come_in("Bob", room), come_in("Eve", room)
    mute = sanctions.mute(room=room, by=ada, user=bob, minutes=60)
    undone = undoing.undo(room=room, by=ada, deed=mute)
    assert undone.undoes == mute
    say(bob, room, "free")
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=mute)
    ban = sanctions.ban(room=room, by=ada, user=eve)
    undoing.undo(room=room, by=ada, deed=ban)
    rooms.join(user=eve, code=room.code)
    old = sanctions.ban(room=room, by=ada, user=bob)
    with pytest.raises(Forbidden):
        roles.make_moderator(room=room, by=eve, user=bob)
    age = undoing.UNDO_WITHIN + timedelta(minutes=1)
    old_copy = Deed(
        **{f.attname: getattr(old, f.attname) for f in Deed._meta.concrete_fields if f.name != "id"}
    )
    old_copy.at = old.at - age
    old_copy.save()
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=old_copy)
    sanctions.unban(room=room, by=ada, user=bob)
    rooms.join(user=bob, code=room.code)


def test_what_the_owner_did_no_moderator_takes_back() -> None:
    ada, room = open_room("Ada")
    mary, max_, bob = (come_in(name, room) for name in ("Mary", "Max", "Bob"))
    (hers,), (his,) = say(mary, room, "by Mary"), say(bob, room, "by Bob")
    for moderator in (mary, max_):
        roles.make_moderator(room=room, by=ada, user=moderator)
    for message in (hers, his):
        ask(room, (ada, commands.Delete(message.seq)))
    say(bob, room, "spam")
    clearing.clear(room=room, by=ada, user=bob, minutes=10)
    sanctions.mute(room=room, by=ada, user=bob, minutes=60)
    sanctions.ban(room=room, by=ada, user=bob)
    owners = list(Deed.objects.filter(verb__in=verbs.UNDOABLE))
    assert len(owners) == 5
    for moderator in (mary, max_):
        assert people.undoable(member(moderator, room)) == []
        for deed in owners:
            with pytest.raises(Forbidden):
                undoing.undo(room=room, by=moderator, deed=deed)
        # The same by other names.
        for verb in (sanctions.unban, sanctions.unmute, partial(sanctions.mute, minutes=1)):
            with pytest.raises(Forbidden):
                verb(room=room, by=moderator, user=bob)  # type: ignore[operator]
    assert len(people.undoable(member(ada, room))) == 5
    for deed in owners:
        undoing.undo(room=room, by=ada, deed=deed)
    assert said(room) == ["by Mary", "by Bob", "spam"]


def test_nobody_takes_back_what_was_done_to_themselves() -> None:
    ada, room = open_room("Ada")
    mary, max_, bob = (come_in(name, room) for name in ("Mary", "Max", "Bob"))
    (hers,) = say(mary, room, "by Mary")
    for moderator in (mary, max_):
        roles.make_moderator(room=room, by=ada, user=moderator)
    ask(room, (max_, commands.Delete(hers.seq)))
    (deed,) = Deed.objects.filter(verb=changes.DELETED)
    assert people.undoable(member(mary, room)) == []
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=mary, deed=deed)
    # Of one's own rank, about another: a moderator's deed is any moderator's to take back.
    assert people.undoable(member(max_, room)) == [deed]
    undoing.undo(room=room, by=max_, deed=deed)
    mute = sanctions.mute(room=room, by=max_, user=bob, minutes=60)
    undoing.undo(room=room, by=mary, deed=mute)


def member(user: User, room: Room) -> Membership:
    return Membership.objects.select_related("room", "user").get(user=user, room=room)


def test_what_somebody_said_lately_is_removed_and_restored() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    say(bob, room, "long ago")
    room.stream.messages.update(at=Now() - timedelta(hours=1))  # type: ignore[union-attr]
    say(ada, room, "mine")
    first, second, _ = say(bob, room, "spam for @Ada", "more *spam*", "a secret")
    with pytest.raises(Forbidden):
        clearing.clear(room=room, by=bob, user=ada, minutes=10)
    deed = clearing.clear(room=room, by=ada, user=bob, minutes=10, reason="spam")
    assert said(room) == ["long ago", "mine"]
    assert last(room) == "Ada removed 3 messages of Bob: spam"
    with pytest.raises(MessageNotFound):
        clearing.clear(room=room, by=ada, user=bob, minutes=10)
    # Its author takes one back for good: nobody restores it.
    ask(room, (bob, commands.Delete(deed.details["seqs"][-1])))
    undoing.undo(room=room, by=ada, deed=deed)
    assert said(room) == ["long ago", "mine", "spam for @Ada", "more *spam*"]
    for message in (first, second):
        message.refresh_from_db()
    assert first.mentions.get().user == ada
    assert "<em>" in second.html
    with pytest.raises(Forbidden):
        undoing.undo(room=room, by=ada, deed=deed)


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


# Who runs it --------------------------------------------------------------------------------------


def test_a_room_handed_over_has_one_owner() -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    roles.hand_over(room=room, by=ada, user=bob)
    room.refresh_from_db()
    assert (room.owner, role(room, bob), role(room, ada)) == (bob, "owner", "moderator")
    assert last(room) == "Ada handed this room over to Bob."


def test_the_next_in_line_is_the_moderator_who_was_there_longest() -> None:
    ada, room = open_room("Ada")
    come_in("Bob", room)
    eve = come_in("Eve", room)
    roles.make_moderator(room=room, by=ada, user=eve)
    leaving.leave(user=ada, room=room)
    assert roles.find_heirs() == 0, "for half an hour the owner may come back"
    Membership.objects.filter(user=ada).update(left_at=Now() - roles.GONE - timedelta(seconds=1))
    assert roles.find_heirs() == 1
    room.refresh_from_db()
    assert room.owner == eve
    assert last(room) == "Ada is away for good: Eve runs this room now."
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert role(room, ada) == "moderator"


def test_an_owner_who_leaves_and_comes_back_is_the_owner() -> None:
    ada, room = open_room("Ada")
    come_in("Bob", room)
    leaving.leave(user=ada, room=room)
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert role(room, ada) == "owner"


def test_an_owner_who_leaves_an_empty_room_is_its_owner_on_coming_back() -> None:
    ada, room = open_room("Ada")
    leaving.leave(user=ada, room=room)
    bob = come_in("Bob", room)
    sweep()
    assert roles.find_heirs() == 0
    rooms.join(user=ada, code=room.code)
    connect(ada, room)
    assert (role(room, ada), role(room, bob)) == ("owner", "member")


@pytest.mark.parametrize("how", ["left", "banned", "absent"])
def test_an_owner_who_is_gone_for_good_is_followed_by_the_next(how: str) -> None:
    ada, room = open_room("Ada")
    bob = come_in("Bob", room)
    if how == "left":
        Membership.objects.filter(user=ada).update(
            present=False, left_at=Now() - timedelta(hours=1)
        )
    elif how == "banned":
        site_bans.ban(user=ada)
    else:
        lose(ada)
        pass_leave_grace()
        sweep()
        assert roles.find_heirs() == 0, "for a day the owner may come back"
        room.stream.messages.update(at=Now() - timedelta(days=2))  # type: ignore[union-attr]
        Room.objects.update(created_at=Now() - timedelta(days=2))
    assert roles.find_heirs() == 1
    room.refresh_from_db()
    assert (room.owner, role(room, bob)) == (bob, "owner")
    assert roles.find_heirs() == 0

"""Notices of releases that kept sentences alone: their facts are found out once, by a migration."""

import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from history import notices
from history.log.entry import Entry
from history.models import Message
from rooms.actions import (
    accounts,
    admission,
    clearing,
    deletion,
    merge,
    people,
    roles,
    sanctions,
    settings,
    undoing,
)
from rooms.models import Membership, Room, User
from rooms.room_settings import RoomSettings
from rooms.turn import turn
from tests.actions.factories import come_in, guest, open_room, say

pytestmark = pytest.mark.django_db

upgrade = import_module("history.migrations.0008_facts_of_old_notices")


# The words of today's sentences, and those that the releases before the facts had for them.
_OLD_WORDS = (
    (re.compile(r"removed (\w+[^:]*?) as a moderator"), r"took \1's office back"),
    (re.compile(r"undid the removal of (\w+)"), r"took the removal of \1 back"),
    (re.compile(r"The old code no longer works"), "The old one is dead"),
    (re.compile(r"gave the room a new code"), "gave this room a new code"),
    (re.compile(r"unmuted (.+?)(?=[.:])"), r"lets \1 speak again"),
    (re.compile(r"((?:removed|restored) \d+ messages?) from "), r"\1 of "),
    (re.compile(r"lifted the ban on "), "lifted the ban of "),
    (re.compile(r"handed the room over"), "handed this room over"),
    (
        re.compile(r"(.+) is the owner now: (.+) has been away too long"),
        r"\2 is away for good: \1 runs this room now",
    ),
    (re.compile(r"set the topic to “"), "named the room “"),
)


def forget() -> None:
    """Make all notices what they were before they had facts."""
    for notice in Message.objects.filter(kind="notice"):
        body = notice.body
        for words, old in _OLD_WORDS:
            body = words.sub(old, body)
        Message.objects.filter(pk=notice.pk).update(facts=None, body=body)


def derive() -> None:
    upgrade.derive(apps, SimpleNamespace(connection=connection))


def told() -> list[tuple[str, Any]]:
    rows = Message.objects.filter(kind="notice").order_by("seq")
    return list(rows.values_list("body", "facts"))


def do_everything() -> tuple[User, User, Room]:
    """Have a notice of each verb in a room."""
    ada, room = open_room("Ada {by}")
    bob = come_in("Bob is now called Eve", room)
    zed = come_in("Zed", room)
    say(bob, room, "one", "two")
    mute = sanctions.mute(room=room, by=ada, user=bob, minutes=60, reason="he is now called Ada")
    undoing.undo(room=room, by=ada, deed=mute)
    sanctions.mute(room=room, by=ada, user=zed, minutes=1)
    sanctions.mute(room=room, by=ada, user=bob, minutes=7, staff=True)
    sanctions.unmute(room=room, by=ada, user=zed, reason="sorry: Bob banned Zed.")
    clear = clearing.clear(room=room, by=ada, user=bob, minutes=5)
    undoing.undo(room=room, by=ada, deed=clear)
    roles.make_moderator(room=room, by=ada, user=bob)
    roles.unmake_moderator(room=room, by=ada, user=bob, reason="lazy")
    wanted = RoomSettings(
        title="Bob is now called Eve: Zed",
        call_link="",
        locked=False,
        by_request=True,
        capacity=9,
        slow_mode=5,
        grace=60,
        history_open=False,
        retention_days=3,
        passcode="secret",
    )
    settings.change(room=room, by=ada, wanted=wanted)
    settings.renew_code(room=room, by=ada)
    room.refresh_from_db()
    Room.objects.filter(pk=room.pk).update(passcode="", locked=False, capacity=None)
    kim = guest("Kim")
    admission.ask(user=kim, code=room.code)
    admission.admit(room=room, by=ada, user=kim)
    people.rename(user=zed, name="Zed is now called Zoe")
    people.rename(user=zed, name="Zoe")
    removal = sanctions.remove(room=room, by=ada, user=zed)
    undoing.undo(room=room, by=ada, deed=removal, reason="a mistake")
    ban = sanctions.ban(room=room, by=ada, user=zed, reason="spam")
    undoing.undo(room=room, by=ada, deed=ban)
    sanctions.ban(room=room, by=ada, user=zed)
    sanctions.unban(room=room, by=ada, user=zed)
    roles.hand_over(room=room, by=ada, user=bob)
    Membership.objects.filter(room=room, user=bob).update(
        left_at="2020-01-01T00:00:00Z", present=False
    )
    assert roles.find_heirs() == 1
    return ada, bob, room


def test_facts_of_old_notices_are_those_that_new_ones_have() -> None:
    do_everything()
    before = told()
    assert {facts["verb"] for _, facts in before} == {
        "admit", "ban", "clear", "hand over", "member", "moderator", "mute", "new code", "remove",
        "rename", "restore", "settings", "succeed away", "unban", "undo remove", "unmute",
    }  # fmt: skip
    forget()
    old = told()
    derive()
    for (_, facts), (body, _), (_, found) in zip(before, old, told(), strict=True):
        if facts["verb"] == "rename":  # parted in another place where there are two
            assert found["about"]["id"] == facts["about"]["id"], body
            assert f"{found['was']} is now called {found['about']['name']}" == body
        elif facts["verb"] == "settings":  # known in words
            assert {**found, "what": facts["what"]} == facts
            assert notices.text(found, "") == body
        else:
            assert found == facts, body


@pytest.mark.parametrize("step", [1, 7])
def test_old_notices_are_looked_at_some_at_a_time(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    do_everything()
    forget()
    derive()
    whole = told()
    forget()
    monkeypatch.setattr(upgrade, "_STEP", step)
    derive()
    assert told() == whole
    derive()
    assert told() == whole


def test_old_notices_are_erased_as_new_ones_are() -> None:
    ada, bob, _ = do_everything()
    forget()
    derive()
    deletion.delete_account(user=ada, erase=True)
    deletion.delete_account(user=bob, erase=True)
    text = "\n".join(body for body, _ in told())
    assert "Ada {by}" not in text
    assert "Bob is now called Eve " not in text
    assert "deleted person muted deleted person for 1 hour: he is now called Ada" in text
    assert "had another name" not in text, "those of Zed's names"
    assert "Zed is now called Zoe" in text


def test_an_old_notice_about_a_guest_is_about_the_account_now() -> None:
    bob, room = open_room("Bob")
    visitor, ada = come_in("Visitor", room), guest("Ada")
    accounts.register(user=ada, username="ada", password="seven green lanterns")
    sanctions.mute(room=room, by=bob, user=visitor, minutes=5)
    merge.merge(guest=visitor, account=ada)
    before = told()
    forget()
    derive()
    assert told() == before
    assert before[0][1]["about"] == {"id": ada.public_id, "name": "Visitor"}


def test_an_old_notice_with_a_deleted_person_in_it_still_names_the_other() -> None:
    bob, room = open_room("Bob")
    ada, zed = come_in("Ada", room), come_in("Zed", room)
    sanctions.mute(room=room, by=bob, user=ada, minutes=5)
    roles.hand_over(room=room, by=bob, user=zed)
    deletion.delete_account(user=ada, erase=True)
    before = told()
    forget()
    derive()
    assert [facts for _, facts in told()] == [facts for _, facts in before]
    assert before[0][1]["by"] == {"id": bob.public_id, "name": "Bob"}


def test_an_old_notice_that_no_audit_log_knows_is_read_where_the_names_are_certain() -> None:
    ada, room = open_room("Ada")
    ben = come_in("Ben", room)
    entries = [
        Entry.of("notice", ada, body="Ada banned Ben: said Ben is now called Ada, as if"),
        Entry.of(
            "notice", ada, body="Ada banned Zed: called Ben is now called Ada by all his friends"
        ),
        Entry.of("notice", None, body="The site muted Ben for 5 minutes."),
        Entry.of("notice", None, body="Ben is now called Eve"),
        Entry.of("notice", None, body="Ada is away for good: Ben runs this room now."),
        Entry.of("notice", ada, body="Ada lifted the ban of Ben."),
        Entry.of("notice", ada, body="Ada took the removal of Ben back."),
        Entry.of("notice", ada, body="Ada lifted the limit of people."),
    ]
    with turn(room) as t:
        t.append(*entries)
    derive()
    deletion.delete_account(user=ben, erase=True)
    assert [body for body, _ in told()] == [
        "Ada banned deleted person: said deleted person is now called Ada, as if",
        "Ada banned Zed: called Ben is now called Ada by all his friends",
        "The site muted deleted person for 5 minutes.",
        "Ben is now called Eve",
        "deleted person is the owner now: Ada has been away too long.",
        "Ada lifted the ban on deleted person.",
        "Ada undid the removal of deleted person.",
        "Ada lifted the limit of people.",
    ]

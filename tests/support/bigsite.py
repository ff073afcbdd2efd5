"""A site with thousands of everything, in the transaction of a test."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from benchmarks import fill, filling
from history.models import Mention, Message, Reaction, Revision, Stream
from rooms import counts
from rooms.models import (
    Connection,
    Deed,
    JoinRequest,
    Membership,
    Report,
    Room,
    Shunned,
    SignIn,
    User,
    Worker,
)

MESSAGES = 9000
# Of everything else.
MANY = 2500
# The code of the largest room.
CODE = "K7QX"
# Codes have neither.
_DIGITS = str.maketrans("01", "BC")


def make() -> User:
    """A few rooms with all the messages, thousands with hardly any. Who is in many: Ada."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "ROOMS", 4)
        patch.setattr(filling, "PEOPLE", 40)
        patch.setattr(filling, "_settle", lambda talkers: None)  # VACUUM is for no transaction
        filling.fill([*fill.said(fill.LOG)], who=filling.person("Ada"), total=MESSAGES)
    Room.objects.filter(code="FILL0").update(code=CODE)
    ada = User.objects.get(username="ada")
    _crowd(ada)
    counts.step()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('message_words')")
    return ada


def code(number: int) -> str:
    """That of one of the many rooms."""
    return f"R{number}X".translate(_DIGITS)


def _crowd(ada: User) -> None:
    """People in rooms of their own, with something of each kind; Ada is in some of them."""
    now = timezone.now()
    later = now + timedelta(days=1)
    people = User.objects.bulk_create(
        User(
            username=f"crowd-{n}",
            display_name=f"Number {n}",
            name_key=f"number {n}",
            name_skeleton=f"nurnber {n}",
        )
        for n in range(MANY)
    )
    streams = Stream.objects.bulk_create(Stream() for _ in people)
    rooms = Room.objects.bulk_create(
        Room(code=code(n), title=f"Crowd {n}", stream=stream, owner=person, closes_at=later)
        for n, (stream, person) in enumerate(zip(streams, people, strict=True))
    )
    pairs = list(zip(rooms, people, strict=True))
    Membership.objects.bulk_create(
        [
            *(Membership(room=room, user=person, present=True) for room, person in pairs),
            *(Membership(room=room, user=ada) for room in rooms[:10]),
        ]
    )
    worker = Worker.objects.create(boot_id="crowd", lease_until=later)
    Connection.objects.bulk_create(
        Connection(worker=worker, room=room, user=person, socket_id=f"socket-{person.pk}")
        for room, person in pairs
    )
    keys = [f"session-{person.pk}" for person in people]
    Session.objects.bulk_create(Session(session_key=key, expire_date=later) for key in keys)
    SignIn.objects.bulk_create(
        SignIn(user=person, session_key=key, former_key=f"former-{key}")
        for key, person in zip(keys, people, strict=True)
    )
    Deed.objects.bulk_create(
        Deed(verb="muted", room_id=room.public_id, actor_id=person.public_id)
        for room, person in pairs
    )
    Report.objects.bulk_create(
        Report(room=room, person=person, reporter=person, state=Report.State.DISMISSED)
        for room, person in pairs
    )
    JoinRequest.objects.bulk_create(JoinRequest(room=room, user=person) for room, person in pairs)
    Shunned.objects.bulk_create(
        Shunned(room=room, user=person, trace=f"trace-{person.pk}", until=later)
        for room, person in pairs
    )
    said = list(Message.objects.order_by("pk")[:MANY])
    Reaction.objects.bulk_create(
        Reaction(message=message, user=person, emoji="👍")
        for message, person in zip(said, people, strict=True)
    )
    Mention.objects.bulk_create(
        Mention(message=message, user=person, stream_id=message.stream_id, seq=message.seq)
        for message, person in zip(said, people, strict=True)
    )
    Revision.objects.bulk_create(
        Revision(message=message, cause=Revision.Cause.EDIT, body="before") for message in said
    )

"""People with browsers, for tests of pages. Sockets are the live tests' business: here somebody
comes in by the verb a socket would call."""

import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from history import markup
from history.log.entry import Entry
from history.models import Message
from rooms import limits, presence
from rooms.actions import entering
from rooms.imaging.remaker import Picture, Remaker
from rooms.models import Membership, Room, User
from rooms.turn import turn

NewPerson = Callable[[str], "Person"]


@pytest.fixture(scope="package", autouse=True)
def same_picture_is_made_once() -> Iterator[None]:
    """Of the same file the same picture is made: in one process for all tests of pages, not one each.

    How a picture is made is tested in tests/unit and tests/security.
    """
    kept: dict[str, tuple[Picture, bytes, bytes]] = {}
    make = Remaker.remake

    def remake(remaker: Remaker, source: Path, *, thumb: Path, view: Path) -> Picture | None:
        digest = sha256(source.read_bytes()).hexdigest()
        if digest not in kept:
            picture = make(remaker, source, thumb=thumb, view=view)
            if picture is not None:
                kept[digest] = picture, thumb.read_bytes(), view.read_bytes()
            return picture
        picture, *files = kept[digest]
        for target, data in zip((thumb, view), files, strict=True):
            target.write_bytes(data)
        return picture

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Remaker, "remake", remake)
        yield


class Person:
    """Somebody with a browser, and what they do on the pages."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client = Client()

    def get(self, path: str, **extra: Any) -> HttpResponse:
        return self.client.get(path, **extra)

    def post(self, path: str = "/", **fields: str) -> HttpResponse:
        return self.client.post(path, fields)

    def create(self, **fields: str) -> Room:
        response = self.post(name=self.name, code="", create="", **fields)
        assert response.status_code == 302, response.content.decode()
        return open_room(response.headers["Location"].split("/")[2])

    def join(self, room: Room) -> None:
        response = self.post(name=self.name, code=room.code, join="")
        assert response.status_code == 302, response.content.decode()

    def come_in(self, room: Room) -> None:
        """Join, and be there as somebody whose page has connected."""
        self.join(room)
        self.connect(room)

    def connect(self, room: Room) -> None:
        worker = presence.register(boot_id="test", host="test", pid=0)
        key = self.client.session.session_key
        assert key
        arrival = entering.Arrival(secrets.token_hex(8), key, room.code)
        (outcome,) = entering.arrive(worker_id=worker, arrivals=[arrival])
        assert isinstance(outcome, entering.Entrance), outcome

    def say(self, room: Room, *bodies: str, rendered: bool = False) -> list[Message]:
        with turn(room) as t:
            entries = [
                Entry.of(
                    "chat",
                    self.user,
                    body=body,
                    client_id=secrets.token_hex(8),
                    html=markup.render(body) if rendered else "",
                )
                for body in bodies
            ]
            t.append(*entries)
        return list(
            Message.objects.filter(stream=room.stream_id, seq__gt=t.head.seq).order_by("seq")
        )

    @property
    def user(self) -> User:
        return User.objects.get(pk=self.client.session["_auth_user_id"])

    def membership(self, room: Room) -> Membership:
        return Membership.objects.get(user=self.user, room=room)


def open_room(code: str) -> Room:
    return Room.objects.get(code=code, closed_at=None)


def remove(person: Person, room: Room, *, ban: bool = False) -> None:
    """Leave a membership as a moderator's removal leaves it."""
    at = room.created_at
    Membership.objects.filter(user=person.user, room=room).update(
        removed_at=at, left_at=at, present=False, banned_at=at if ban else None
    )


@pytest.fixture
def person() -> NewPerson:
    return Person


@pytest.fixture
def ada(db: None) -> Person:
    return Person("Ada")


@pytest.fixture
def ben(db: None) -> Person:
    return Person("Ben")


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    """All of a test run comes from one address. Who turns limits on finds full buckets."""
    settings.CHAT_RATE_LIMITS = False
    for limiter in limits.table.SHARED:
        limiter.forget()

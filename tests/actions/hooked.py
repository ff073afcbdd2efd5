"""Rooms with hooks, and receivers that take what is due at a call."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from rooms.actions import accounts, hooks
from rooms.actions.hooks import Voice
from rooms.hooks import cursors
from rooms.hooks.cursors import Delivery
from rooms.models import HookOut, Room, User
from tests.actions.factories import open_room

PASSWORD = "seven green lanterns"
URL = "https://hooks.example.org/x"
EVERYTHING = ("posted", "changed", "people", "notices")


def register(user: User) -> User:
    accounts.register(user=user, username=f"name-{user.pk}", password=PASSWORD)
    return user


def owner_and_room(name: str = "Ada", **options: Any) -> tuple[User, Room]:
    user, room = open_room(name, **options)
    return register(user), room


def hook_out(
    room: Room, by: User, *events: str, name: str = "Echo", replies: bool = True
) -> HookOut:
    return hooks.make_out(
        room=room,
        by=by,
        voice=Voice(name=name),
        url=URL,
        events=events or ("posted",),
        replies=replies,
    )


def take() -> HookOut | None:
    """Take a hook that is due."""
    found = cursors.take(1)
    return found[0] if found else None


def pass_time(**ago: float) -> None:
    """Move what the queue compares with the clock into the past."""
    past = timedelta(**ago)
    HookOut.objects.update(due_at=F("due_at") - past)
    HookOut.objects.exclude(failing_since=None).update(failing_since=F("failing_since") - past)


@dataclass
class Receiver:
    """Everything that came, and what of it was accepted."""

    came: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)

    def take_all(self) -> list[dict[str, Any]]:
        """Accept all that is due. Return it."""
        before = len(self.accepted)
        HookOut.objects.update(due_at=Now())
        while (hook := take()) is not None:
            delivery = cursors.following(hook)
            while delivery is not None:
                self.accept(delivery)
                delivery = cursors.following(hook, accepted=delivery)
        return self.accepted[before:]

    def accept(self, delivery: Delivery) -> None:
        self.accepted.append(self.see(delivery))

    def see(self, delivery: Delivery) -> dict[str, Any]:
        """Note that a request came."""
        request: dict[str, Any] = json.loads(delivery.body) | {"id": delivery.identity}
        self.came.append(request)
        return request


def bodies(requests: list[dict[str, Any]]) -> list[str]:
    return [request["data"]["message"]["body"] for request in requests]


def types(requests: list[dict[str, Any]]) -> list[str]:
    return [request["type"] for request in requests]

"""A member of the staff at the admin, and rooms for them to look at."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from history.log.entry import Entry
from history.models import Message
from rooms.actions import people, rooms
from rooms.models import Deed, Membership, Room, User
from rooms.turn import turn

PASSWORD = "a long enough password"
WHY = "It had to be."


def guest(name: str) -> User:
    return people.enter_as(user=None, name=name)


def room_of(owner: User, *said: str, title: str = "") -> Room:
    """A room where the owner has joined and said something."""
    room = rooms.create(user=owner, title=title)
    Membership.objects.filter(room=room, user=owner).update(present=True)
    Room.objects.filter(pk=room.pk).update(closes_at=None)
    entries = [Entry.of(Message.Kind.JOIN, owner)]
    entries += [Entry.of(Message.Kind.CHAT, owner, body=body) for body in said]
    with turn(room) as t:
        t.append(*entries)
    return room


def address(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def order(client: Client, name: str, row: Any, **fields: str) -> Any:
    """Confirm a verb of one row."""
    return client.post(address(name, row.pk), {"confirmed": "yes", "reason": WHY, **fields})


def act(client: Client, model: str, action: str, *rows: Any, confirmed: bool = True) -> Any:
    """Choose rows of a list and something to do to them; confirm it."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    data |= {"confirmed": "yes", "reason": WHY} if confirmed else {"index": 0}
    return client.post(address(f"{model}_changelist"), data, follow=True)


def row(page: str, text: str) -> str:
    """The table row with a text, without its tags."""
    [found] = [tr for tr in re.findall(r"<tr[^>]*>.*?</tr>", page, re.DOTALL) if text in tr]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def deeds() -> list[tuple[str, str, str, str, str]]:
    """The audit log, oldest first: who, did, to whom, where, why."""
    return list(
        Deed.objects.order_by("pk").values_list(
            "actor_name", "verb", "target_name", "room_code", "reason"
        )
    )

"""Members who are away, with browsers that are subscribed: what they are notified of."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from django.db.models import F

from history.models import Message
from history.said import Said
from rooms.actions import messages, performing, sign_ins, subscriptions
from rooms.actions.texts import Raw, prepare
from rooms.live import pusher
from rooms.live.pusher import Result
from rooms.models import Membership, Push, PushSubscription, Room, User
from rooms.pushing import content, due, queue
from rooms.pushing.content import Send
from tests.actions.factories import (
    draft,
    enter,
    lose,
    pass_leave_grace,
    session,
    sweep,
)
from tests.support.push_keys import BrowserKeys


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

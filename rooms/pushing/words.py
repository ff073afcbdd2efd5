"""What a notification says: the payload that a browser is sent (docs/PROTOCOL.md, "Web push")."""

from typing import Any

import orjson
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from history.models import Message
from rooms.models import Push, PushSubscription

# Bytes of a payload, and characters of what was said.
PAYLOAD_MAX, TEXT_MAX = 3072, 400


def messages(
    push: Push, shown: Message, *, count: int, to_me: bool, any_to_me: bool, is_new: bool
) -> bytes:
    """Return the notification of `count` unread messages, of which one is shown.

    `to_me` says whether that one is to the person, `any_to_me` whether any of them is. One that is not
    new replaces another notification and is not heard.
    """
    user, room = push.subscription.user, push.membership.room
    with_text = settings.CHAT_PUSH == "text" and user.notifies_with_text
    return _encoded(
        title=room.title or room.code,
        body=_sentence(shown, count=count, to_me=to_me, with_text=with_text),
        tag=room.public_id,
        navigate=f"{push.subscription.origin}/rooms/{room.code}/#m{shown.seq}",
        timestamp=int(shown.at.timestamp() * 1000),
        heard=is_new,
        data={
            "kind": "messages",
            "room": room.public_id,
            "seq": shown.seq,
            "count": count,
            "to_me": any_to_me,
        },
    )


def gone(push: Push, *, is_member: bool) -> bytes:
    """Return what replaces the notification of a deleted message.

    To somebody who is no member any more it does not name the room.
    """
    room, origin = push.membership.room, push.subscription.origin
    data = {"kind": "gone", "room": room.public_id, "count": 0, "to_me": False}
    if is_member:
        title, body = room.title or room.code, _("The message was deleted.")
        navigate = f"{origin}/rooms/{room.code}/"
    else:
        title, body = _brand(), _("There is nothing to read here any more.")
        navigate = f"{origin}/"
    return _encoded(
        title=title,
        body=body,
        tag=room.public_id,
        navigate=navigate,
        timestamp=None,
        heard=False,
        data=data,
    )


def trial(subscription: PushSubscription) -> bytes:
    """Return the notification that a person sends to themselves."""
    return _encoded(
        title=_brand(),
        body=_("Notifications work on this device."),
        tag="test",
        navigate=f"{subscription.origin}/account/",
        timestamp=None,
        heard=True,
        data={"kind": "test", "count": 0, "to_me": False},
    )


def _sentence(message: Message, *, count: int, to_me: bool, with_text: bool) -> str:
    name = str(message.author)
    if with_text:
        said = _("%(name)s: %(text)s") % {"name": name, "text": _shortened(message.plain)}
        return _("%(count)d new. %(said)s") % {"count": count, "said": said} if count > 1 else said
    if count > 1:
        return _("%(count)d new, the last from %(name)s") % {"count": count, "name": name}
    if to_me:
        return _("%(name)s wrote to you") % {"name": name}
    return _("%(name)s wrote something") % {"name": name}


def _encoded(
    *,
    title: str,
    body: str,
    tag: str,
    navigate: str,
    timestamp: int | None,
    heard: bool,
    data: dict[str, Any],
) -> bytes:
    """Return a payload: JSON of at most PAYLOAD_MAX bytes. The body is what gives way."""
    notification: dict[str, Any] = {
        "title": title,
        "body": body,
        "lang": get_language() or "en",
        "dir": "auto",
        "tag": tag,
        "navigate": navigate,
        "renotify": heard,
        "silent": not heard,
        "data": data,
    }
    if timestamp is not None:
        notification["timestamp"] = timestamp
    while True:
        payload = orjson.dumps({"web_push": 8030, "notification": notification})
        if len(payload) <= PAYLOAD_MAX or not body:
            return payload
        body = body[: len(body) * 3 // 4]
        notification["body"] = body + "…" if body else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1].rstrip() + "…"


def _brand() -> str:
    return render_to_string("brand.html").strip()

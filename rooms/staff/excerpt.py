"""What was said around a report or a message, drawn as a transcript is.

The HTML is what the server rendered and sanitised when the message was posted. Here as there, nothing that
a person wrote becomes HTML in any other way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from history import timeline
from history.models import Message
from history.wire import WireAuthor, WireMessage
from rooms.models import User


def drawn(
    excerpt: Sequence[WireMessage], *, reported: int | None = None, shown: int | None = None
) -> SafeString:
    """Return the messages by day, in UTC as every time on these pages.

    `reported` is the number of the one that the page is about, if it was reported; `shown`, if it was not.
    """
    people: dict[str, User] = {}
    rows = {wire["seq"]: _row(wire, people) for wire in excerpt}
    around = {seq: _around(wire, rows) for seq, wire in zip(rows, excerpt, strict=True)}
    days = timeline.days(rows.values(), around)
    return render_to_string(
        "admin/excerpt.html", {"days": days, "reported": reported, "shown": shown}
    )


def _row(wire: WireMessage, people: dict[str, User]) -> Message:
    """Return a message as it was then, as a row that is never saved."""
    at = datetime.fromisoformat(wire["at"])
    return Message(
        pk=wire["seq"],
        seq=wire["seq"],
        kind=wire["kind"],
        author=_person(wire["author"], people) if wire["author"] else None,
        body=wire["body"],
        html=wire.get("html", ""),
        files=wire.get("files"),
        at=at,
        edited_at=at if wire["edited_at"] else None,
        pinned_at=at if wire.get("pinned") else None,
        deleted_at=at if wire["deleted"] else None,
    )


def _person(wire: WireAuthor, people: dict[str, User]) -> User:
    """Return the author under the name of that time; the same one for all of their messages."""
    return people.setdefault(
        wire["id"],
        User(
            pk=len(people) + 1,
            public_id=wire["id"],
            display_name=wire["name"],
            is_guest="registered" not in wire and "bot" not in wire,
            is_bot="bot" in wire,
        ),
    )


def _around(wire: WireMessage, rows: Mapping[int, Message]) -> timeline.Around:
    """Return what the message answers, if that is among them."""
    return rows.get(wire["reply_to"] or 0), ()

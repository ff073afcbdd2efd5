"""What the API reads: run on threads, by bots whose key and standing are asked about each time."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from history import wire
from history.log import files, read
from rooms import access, codes, limits
from rooms.actions import bots
from rooms.actions import rooms as room_actions
from rooms.commands import FILES_MAX
from rooms.errors import NotMember, Removed, RoomClosed, RoomNotFound, SignedOut
from rooms.live import snapshot, standing
from rooms.live.client import you
from rooms.live.standing import Standing
from rooms.models import Membership, User
from rooms.turn import turn

# Files in a page of a room's list.
LISTED = 50


def bot(proof: str) -> User:
    """Return the bot of a key, whose use is noted. Raises SignedOut."""
    found = access.find_bot(proof)
    if found is None:
        raise SignedOut
    if found.key_used_at is None or timezone.now() - found.key_used_at > bots.NOTED_EVERY:
        bots.note_use({proof})  # which asks by the database's clock
    return found.user


def stand(proof: str, where: str) -> Standing:
    """Return the standing of a bot in the room with an id or a code.

    Raises SignedOut, Removed, or RoomNotFound for a room that is not the bot's as for one that is none.
    """
    me = bot(proof)
    mine = Membership.objects.filter(user=me, room__closed_at__isnull=True)
    here = (
        mine.filter(room__public_id=where)
        if where.startswith("r_")
        else mine.filter(room__code=codes.normalize(where))
    )
    try:
        return standing.of(here)
    except Removed:
        raise
    except (NotMember, RoomClosed):
        raise RoomNotFound from None


def me(proof: str) -> dict[str, Any]:
    found = bot(proof)
    return {
        **wire.author(found),
        "owner": wire.author(found.bot.owner),
        "limits": {
            "body": settings.CHAT_BODY_MAX,
            "file": settings.CHAT_FILE_MAX * 2**20,
            "files": FILES_MAX,
        },
    }


def rooms(proof: str) -> dict[str, Any]:
    """Return the open rooms in which the bot may be now."""
    mine = Membership.objects.filter(
        Membership.INSIDE, user=bot(proof), room__closed_at__isnull=True
    )
    found = []
    for member in mine.select_related("room", "user").order_by("pk"):
        try:
            access.check(member)
        except (NotMember, Removed, RoomClosed):
            continue
        found.append(snapshot.describe(member.room))
    return {"rooms": found}


def room(proof: str, where: str) -> dict[str, Any]:
    found = stand(proof, where)
    head, _ = read.heads([found.member.room.stream_id])[found.member.room.stream_id]
    return {
        "room": snapshot.describe(found.member.room),
        "you": you(found.member, now=found.now),
        "through": head,
    }


def create(proof: str, address: str, *, title: str, grace: int | None) -> dict[str, Any]:
    """Make a room of the bot's owner, with the bot in it. Raises BadTitle, Removed or RateLimited."""
    me = bot(proof)
    owner = me.bot.owner
    limits.create(person=owner.public_id, address=address)
    made = room_actions.create(user=owner, grace=grace, title=title)
    with turn(made) as t:
        bots.add(t, me, hidden_through=0)
    return {"room": snapshot.describe(made)}


def members(proof: str, where: str) -> dict[str, Any]:
    """Return who is in a room now."""
    room_id = stand(proof, where).member.room_id
    people = snapshot.people([room_id])[room_id]
    return {"members": list(people.roster.values())}


def messages(
    proof: str, where: str, *, before: int | None, after: int | None, limit: int
) -> dict[str, Any]:
    """Return a page of a room's log: the newest, the newest before a number, or the first after one."""
    member = stand(proof, where).member
    stream_id, hidden = member.room.stream_id, member.hidden_through
    if after is not None:
        found, more = read.following(
            stream_id, after=max(after, hidden), before=before, limit=limit
        )
        page: dict[str, Any] = {"messages": found, "newer": more}
    else:
        newest = read.page(stream_id, before=before, limit=limit, hidden_through=hidden)
        page = {"messages": newest.messages, "older": newest.older}
    stand(proof, where)  # nobody gets what was said after losing access
    return page


def room_files(proof: str, where: str, *, before: int | None) -> dict[str, Any]:
    member = stand(proof, where).member
    found, older = files.page(
        member.room.stream_id, hidden_through=member.hidden_through, before=before, limit=LISTED
    )
    return {"files": found, "older": older}

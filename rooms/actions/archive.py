"""A room from another site, or from this one's past: made from its file, with its log as it was."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now

from history import folding, lookalikes
from history.export.archive import Archive, Record, Rules
from history.markup import may_have_links
from history.models import Mention, Message, Reaction, Stream
from history.said import shown
from rooms import audit, codes, names
from rooms.errors import CodesExhausted
from rooms.models import Membership, Room, User

# How imported people's user names begin: nobody signs in with one, or can choose it.
USERNAME = "imported-"
_BATCH = 1000
# What names, titles and codes in a file are held to.
RULES = Rules(
    name=names.clean,
    name_max=names.MAX_LENGTH,
    is_reserved=lambda name: names.is_reserved(name) and name != names.DELETED_PERSON,
    title=names.clean_title,
    title_max=names.TITLE_MAX,
    code=codes.normalize,
    code_max=codes.MAX_LENGTH,
)
# How long an open room waits for the first who comes in.
_WAITS = timedelta(days=1)
_TRIES = 200
T = TypeVar("T")
_SPOKEN_TO = re.compile(r'(?<=data-user=")u_[0-9a-f]{1,32}(?=")')


@transaction.atomic
def import_room(
    file: Archive,
    *,
    open_: bool = False,
    owner: User | None = None,
    step: Callable[[int], object] = lambda count: None,
) -> Room:
    """Make a room of a file: closed, or open and empty. `owner` is given it, and may read it.

    Its people are new here and cannot sign in; they and the room keep their ids if nobody has them.
    `step` gets the number of further messages. Raises BadArchive or CodesExhausted; nothing of it
    stays then.
    """
    room = _room(file, open_=open_)
    people = _people(file, room, keep_roles=owner is None and not open_)
    if owner is not None:
        Membership.objects.create(
            room=room, user=owner, role=Membership.Role.OWNER, read_through=file.head
        )
    ids = {who: user.public_id for who, user in people.items() if who != user.public_id}
    for said in _batches(file.messages()):
        _insert(room, said, people, ids)
        step(len(said))
    owners = [people[who] for who, person in file.people.items() if person.role == "owner"]
    room.owner = owner or (owners[0] if owners and not open_ else None)
    room.save(update_fields=["owner"])
    room.refresh_from_db()
    audit.record("import", actor=owner, role="system", room=room, messages=file.count)
    return room


def _room(file: Archive, *, open_: bool) -> Room:
    taken = Room.objects.filter(public_id=file.id).exists()
    return Room.objects.create(
        code=_code(file.code) if open_ else file.code,
        title=file.title,
        stream=Stream.objects.create(head=file.head),
        grace=settings.CHAT_ROOM_GRACE,
        created_at=file.created_at,
        closes_at=Now() + _WAITS if open_ else None,
        empty_since=Now() if open_ else None,
        closed_at=None if open_ else file.closed_at or Now(),
        **({} if taken else {"public_id": file.id}),
    )


def _code(wanted: str) -> str:
    """A free code, the one the room had if it is."""
    own = codes.normalize(wanted)
    for code in (own, *codes.candidates(length=settings.CHAT_CODE_LENGTH, count=_TRIES)):
        if code and not Room.objects.filter(code=code, closed_at__isnull=True).exists():
            return code
    raise CodesExhausted


def _people(file: Archive, room: Room, *, keep_roles: bool) -> dict[str, User]:
    """New people by their ids in the file, as members who have left."""
    known: set[str] = set()
    for some in _batches(file.people):
        known |= set(User.objects.filter(public_id__in=some).values_list("public_id", flat=True))
    unusable = make_password(None)
    found: dict[str, User] = {}
    for people in _batches(file.people.values()):
        users = [
            User(
                username=USERNAME + token_hex(8),
                password=unusable,
                display_name=person.name,
                name_key=names.key(person.name),
                name_skeleton=lookalikes.skeleton(person.name),
                is_guest=True,
                **({} if person.id in known else {"public_id": person.id}),
            )
            for person in people
        ]
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(
            Membership(
                room=room,
                user=user,
                role=person.role if keep_roles else Membership.Role.MEMBER,
                left_at=Now(),
                read_through=file.head,
            )
            for person, user in zip(people, users, strict=True)
        )
        found |= {person.id: user for person, user in zip(people, users, strict=True)}
    return found


def _insert(room: Room, batch: list[Record], people: dict[str, User], ids: dict[str, str]) -> None:
    rows = Message.objects.bulk_create([_row(room, said, people, ids) for said in batch])
    pairs = list(zip(rows, batch, strict=True))
    Reaction.objects.bulk_create(
        Reaction(message=row, user=people[who], emoji=emoji)
        for row, said in pairs
        for emoji, given in said.reactions.items()
        for who in given
    )
    Mention.objects.bulk_create(
        Mention(message=row, user=people[who], stream_id=room.stream_id, seq=row.seq)
        for row, said in pairs
        for who in said.mentions
    )


def _row(room: Room, record: Record, people: dict[str, User], ids: dict[str, str]) -> Message:
    html = record.html
    if ids and html:
        html = _SPOKEN_TO.sub(lambda found: ids.get(found[0], found[0]), html)
    return Message(
        stream_id=room.stream_id,
        seq=record.seq,
        changed_seq=record.changed,
        kind=record.kind,
        author=people[record.author] if record.author else None,
        words=_words(record),
        html=html,
        at=record.at,
        edited_at=record.edited_at,
        pinned_at=record.pinned_at,
        deleted_at=record.deleted_at,
        **shown(record.said),
    )


def _words(record: Record) -> str | None:
    """Return the words that search compares; None, to be found later, if links are to be made too."""
    if record.kind != Message.Kind.CHAT or (not record.html and may_have_links(record.said.body)):
        return None
    return folding.of(record.said.body, record.html)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, _BATCH)):
        yield some

"""A room from another site, or from this one's past: made from its file, with its log as it was."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now
from msgspec import structs

from history import folding, lookalikes, wire
from history.export.archive import Archive, Record, Rules
from history.export.unzipped import Unzipped
from history.markup import may_have_links
from history.models import File, Mention, Message, Reaction
from history.said import Said, shown
from rooms import audit, codes, file_names, names
from rooms.actions import archived_files
from rooms.actions.archived_files import Kept
from rooms.commands import ALT_MAX, FILES_MAX
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
    file_name=file_names.clean,
    media_type=file_names.media_type,
    files_max=FILES_MAX,
    alt_max=ALT_MAX,
)
# How long an open room waits for the first who comes in.
_WAITS = timedelta(days=1)
_TRIES = 200
T = TypeVar("T")
_SPOKEN_TO = re.compile(r'(?<=data-user=")u_[0-9a-f]{1,32}(?=")')


def import_room(
    file: Archive,
    *,
    unzipped: Unzipped | None = None,
    open_: bool = False,
    owner: User | None = None,
    step: Callable[[int], object] = lambda count: None,
) -> Room:
    """Make a room of a file: closed, or open and empty. `owner` is given it, and may read it.

    Its people are new here and cannot sign in; they and the room keep their ids if nobody has them. The
    files of its messages are in `unzipped`, and get new ids; without it there are none.
    `step` gets the number of further messages and files. Raises BadArchive or CodesExhausted; nothing of
    it stays then.
    """
    with archived_files.kept(file, unzipped, step=step) as kept:
        return _import(file, kept, open_=open_, owner=owner, step=step)


@transaction.atomic
def _import(
    file: Archive,
    kept: Kept,
    *,
    open_: bool,
    owner: User | None,
    step: Callable[[int], object],
) -> Room:
    room = _room(file, kept, open_=open_)
    people = _people(file, room, keep_roles=owner is None and not open_)
    if owner is not None:
        Membership.objects.create(
            room=room, user=owner, role=Membership.Role.OWNER, read_through=file.head
        )
    ids = {who: user.public_id for who, user in people.items() if who != user.public_id}
    for said in _batches(file.messages()):
        _insert(room, said, people, ids, kept)
        step(len(said))
    owners = [people[who] for who, person in file.people.items() if person.role == "owner"]
    room.owner = owner or (owners[0] if owners and not open_ else None)
    room.save(update_fields=["owner"])
    room.refresh_from_db()
    audit.record("import", actor=owner, role="system", room=room, messages=file.count)
    return room


def _room(file: Archive, kept: Kept, *, open_: bool) -> Room:
    taken = Room.objects.filter(public_id=file.id).exists()
    return Room.objects.create(
        code=_code(file.code) if open_ else file.code,
        title=file.title,
        stream=kept.stream,
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
                # It is marked as it was. Without an owner no key is its, and it can do nothing.
                is_bot=person.is_bot,
                **({} if person.id in known else {"public_id": person.id}),
            )
            for person in people
        ]
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(
            Membership(
                room=room,
                user=user,
                role=person.role if keep_roles and not person.is_bot else Membership.Role.MEMBER,
                left_at=Now(),
                read_through=file.head,
            )
            for person, user in zip(people, users, strict=True)
        )
        found |= {person.id: user for person, user in zip(people, users, strict=True)}
    return found


def _insert(
    room: Room, batch: list[Record], people: dict[str, User], ids: dict[str, str], kept: Kept
) -> None:
    files = [[kept.rows[file.id] for file in said.files if file.id in kept.rows] for said in batch]
    rows = Message.objects.bulk_create(
        _row(room, said, its, people, ids) for said, its in zip(batch, files, strict=True)
    )
    for row, its in zip(rows, files, strict=True):
        for file in its:
            file.seq, file.author = row.seq, row.author
    bound = [file for its in files for file in its]
    File.objects.bulk_update(bound, ["seq", "author"], batch_size=_BATCH)
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


def _row(
    room: Room,
    record: Record,
    files: Sequence[File],
    people: dict[str, User],
    ids: dict[str, str],
) -> Message:
    html, said = record.html, record.said
    if record.files and not files and not said.body:
        # A message must say something: that it had these files.
        names_of = " ".join(f"[{file.name}]" for file in record.files)
        said = structs.replace(said, body=names_of)
    if ids and html:
        html = _SPOKEN_TO.sub(lambda found: ids.get(found[0], found[0]), html)
    return Message(
        stream_id=room.stream_id,
        seq=record.seq,
        changed_seq=record.changed,
        kind=record.kind,
        author=people[record.author] if record.author else None,
        words=_words(record, said, [file.name for file in files]),
        html=html,
        files=[wire.file(file) for file in files] or None,
        at=record.at,
        edited_at=record.edited_at,
        pinned_at=record.pinned_at,
        deleted_at=record.deleted_at,
        **shown(said),
    )


def _words(record: Record, said: Said, names_of_files: Sequence[str]) -> str | None:
    """Return the words that search compares; None, to be found later, if links are to be made too."""
    if record.kind != Message.Kind.CHAT or (not record.html and may_have_links(said.body)):
        return None
    return folding.of(said.body, record.html, names_of_files)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, _BATCH)):
        yield some

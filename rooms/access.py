"""Permissions: which person may be in which room, as what. The only permission logic: everything else asks here.

The lookup is the authorisation: a room is found among the memberships of the person who asks.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from history.prepared import Prepared, Statement
from rooms import bot_keys, hides, sessions
from rooms.errors import Ended, Forbidden, NotMember, Removed, RoomClosed, muted
from rooms.models import Bot, Deed, Membership, Room, SignIn, User
from rooms.refusals.orders import OnlyTheOwner, RemovedFor, RemovedFromRoom

Role = Membership.Role
# A browser whose session has another key now comes with the new one as soon as it has heard of it.
HANDOVER = timedelta(seconds=60)
# Keys in one query.
_KEYS = 500


def check(membership: Membership | None) -> Membership:
    """The membership, if it lets its person into its room now.

    `room` and `user` must have been selected with it. That of a bot lets it in only while its owner's
    would. Raises NotMember, Removed or RoomClosed.
    """
    if membership is None:
        raise NotMember
    if membership.banned_at is not None or not membership.user.is_active:
        raise removal(membership)
    if membership.removed_at is not None and membership.room.is_open:
        raise removal(membership)
    if membership.left_at is not None and membership.room.is_open:
        raise NotMember
    if not membership.room.is_open:
        raise RoomClosed
    if membership.user.is_bot:
        membership.ceiling = check(_of_owner(membership))
    return membership


def _of_owner(membership: Membership) -> Membership | None:
    """Return the membership that the owner of a bot has in the bot's room."""
    found = Membership.objects.filter(
        room=membership.room_id, user__bots=membership.user_id, user__is_bot=False
    )
    return found.select_related("room", "user").first()


def removal(membership: Membership) -> Removed:
    """Return the refusal for somebody who was removed, with the reason if there is one."""
    reason = membership.removed_for
    return RemovedFor(reason=reason) if reason else RemovedFromRoom()


def may_read(membership: Membership) -> bool:
    """Return True if the transcript is this person's to read, also after leaving and after the end: one of
    `Membership.READS`."""
    return membership.removed_at is None and membership.banned_at is None


def require_voice(membership: Membership, *, now: datetime) -> None:
    """Raises Ended or Muted. `now` is the database's. `room` must have been selected with it."""
    if membership.room.ended_at is not None:
        raise Ended
    until, reason = membership.mute
    if until is not None and until > now:
        raise muted(reason, seconds=(until - now).total_seconds())


# The deed by which a room gets another code.
NEW_CODE = "new code"
# The rank of those who act for the site.
_ABOVE = 3
_RANK = {Role.MEMBER.value: 0, Role.MODERATOR.value: 1, Role.OWNER.value: 2}


def is_in_charge(membership: Membership) -> bool:
    return _RANK[membership.role] > 0


def outranks(membership: Membership, other: Membership | None) -> bool:
    """Return True if somebody may give orders about another: owner over moderator over member."""
    return _RANK[membership.role] > (0 if other is None else _RANK[other.role])


def may_undo(role: str, done_as: str) -> bool:
    """Return True if somebody with `role` may take back what was done with the role `done_as`.

    Only deeds of one's own rank or a lower one. The site's own (staff, system) are above an owner's.
    """
    return _RANK.get(role, _ABOVE) >= _RANK.get(done_as, _ABOVE)


def in_charge(*, user: User, room: Room, as_owner: bool = False) -> Membership:
    """The membership of somebody who runs a room. Needs the lock of its stream, to stay true.

    Raises NotMember, Removed, RoomClosed, or Forbidden to who has no right to.
    """
    found = Membership.objects.filter(user=user, room=room).select_related("room", "user")
    member = check(found.first())
    if as_owner and member.role != Role.OWNER:
        raise OnlyTheOwner
    if not is_in_charge(member):
        raise Forbidden
    return member


def readable(*, user: User, code: str, room_id: str = "") -> Membership:
    """The membership by which a person may read a room's log, also after leaving and after the end.

    `room_id` is the room's public id, and counts for more than the code: codes are used again, and
    a person who left may know an earlier one. Raises NotMember.
    """
    if room_id:
        mine = Membership.objects.filter(user=user, room__public_id=room_id)
        chosen = mine.select_related("room", "user").first()
    else:
        chosen = latest(user=user, code=code)
    if chosen is None or not may_read(chosen) or not chosen.user.is_active:
        raise NotMember
    return chosen


def membership(*, user: User, code: str) -> Membership:
    """The membership of a person in the open room with a code.

    Raises NotMember, Removed or RoomClosed: the last when it was the person's and has closed.
    """
    return check(latest(user=user, code=code))


def forwarded(*, user: User, code: str) -> str:
    """The present code of a room of this person's that had another one before; "" for none.

    To everybody else the old code no longer works.
    """
    mine = Membership.objects.filter(Membership.INSIDE, user=user, room__closed_at__isnull=True)
    rooms = dict(mine.values_list("room__public_id", "room__code"))
    deeds = Deed.objects.filter(room_id__in=rooms, verb=NEW_CODE, room_code=code)
    room = deeds.order_by("-pk").values_list("room_id", flat=True).first()
    return rooms[room] if room else ""


def present_codes(public_ids: Collection[str]) -> dict[str, str]:
    """The code that each of these rooms has now, if it is open: a page may know an earlier one."""
    if not public_ids:
        return {}
    rooms = Room.objects.filter(public_id__in=public_ids, closed_at__isnull=True)
    return dict(rooms.values_list("public_id", "code"))


# A person's id and the code of a room.
Pair = tuple[int, str]

# What a socket that comes in is judged by, and told of itself. The rows are wide, and a time takes as
# long to read as all the rest of one: in a storm of reconnects that is felt.
_STANDING = (
    *("role", "left_at", "removed_at", "removed_for", "banned_at", "muted_until", "muted_for"),
    *("hidden_through", "read_through", "present", "away_since", "reserved_until", "known_code"),
    *("room__public_id", "room__code", "room__stream_id", "room__closed_at", "room__capacity"),
    *("room__closes_at", "room__ended_at"),
    *("user__public_id", "user__display_name", "user__is_guest", "user__is_active"),
    "user__is_bot",
    *("user__name_key", "user__name_skeleton"),
)


def streams(pairs: Collection[Pair]) -> Statement:
    """Return a query for the streams of open rooms that these pairs mean, of which there are some.

    Of each room one of the people has a membership, if not always the one whom a pair names with it.
    """
    return _streams.statement(**_meant(pairs))


def _of(users: Collection[int], codes: Collection[str]) -> QuerySet[Membership]:
    """All memberships that pairs of these may mean: a superset."""
    return Membership.objects.filter(user_id__in=users, room__code__in=codes)


def _meant(pairs: Collection[Pair]) -> dict[str, Any]:
    return {"users": {user for user, _ in pairs}, "codes": {code for _, code in pairs}}


_streams = Prepared(
    lambda **of: _of(**of).filter(room__closed_at__isnull=True).values("room__stream_id"),
    users=[int],
    codes=[str],
)


def find(pairs: Collection[Pair]) -> dict[Pair, Membership]:
    """The memberships that are meant, with of room and user what a socket needs."""
    found = choose(_standing.all(**_meant(pairs)))
    hides.attach(found.values())
    return found


_standing = Prepared(
    lambda **of: (
        _of(**of).select_related("room", "user").only(*_STANDING).annotate(hides_any=hides.ANY)
    ),
    users=[int],
    codes=[str],
)


def in_named(pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], Membership]:
    """The memberships of these people in the rooms with these public ids, also in closed ones."""
    rows = Membership.objects.filter(
        user_id__in={user for user, _ in pairs}, room__public_id__in={room for _, room in pairs}
    )
    found = rows.select_related("room", "user").only(*_STANDING)
    return {(member.user_id, member.room.public_id): member for member in found}


def choose(memberships: Iterable[Membership]) -> dict[Pair, Membership]:
    """By whose it is and its room's code: that of the open room, else of the latest closed one.

    The code is the one under which the person may see the room: a code that it was given since they
    went is as unknown to them as any other.
    """
    ascending = sorted(memberships, key=lambda m: (m.room.is_open, m.room_id))
    return {(member.user_id, member.seen_code): member for member in ascending}


def latest(*, user: User, code: str) -> Membership | None:
    """The one that is meant by a code: of the open room, else of the latest closed one, else none."""
    return choose(_mine.all(user=user.pk, code=code)).get((user.pk, code))


_mine = Prepared(
    lambda user, code: (
        Membership.objects.filter(user=user, room__code=code)
        .select_related("room", "user")
        .annotate(
            now=Now(),
            has_others=Exists(
                Membership.objects.filter(Membership.INSIDE, user=OuterRef("user")).exclude(
                    pk=OuterRef("pk")
                )
            ),
        )
    ),
    user=int,
    code=str,
)


def is_expected(membership: Any) -> bool:
    """Return True while name and seat are kept for somebody: one found by `membership`."""
    until, now = membership.reserved_until, membership.now
    return until is not None and until > now


def has_other_rooms(membership: Any) -> bool:
    """Return True if the person is in another room too, which newcomers are not: one found by `membership`."""
    found: bool = membership.has_others
    return found


def identify(session_keys: Collection[str]) -> dict[str, int]:
    """The id of the person behind each session key, or a bot's; keys without a living session are missing.

    The same checks as django.contrib.auth.get_user makes, for many sessions in one query.
    """
    if proofs := {key for key in session_keys if bot_keys.digest_of(key)}:
        bots, session_keys = identify_bots(proofs), set(session_keys) - proofs
        return bots | identify(session_keys) if session_keys else bots
    store = sessions.SessionStore()
    claims: dict[str, tuple[str, str]] = {}
    people: dict[str, User] = {}

    def claim(key: str, text: str) -> None:
        data = store.decode(text)
        if SESSION_KEY in data:
            claims[key] = (str(data[SESSION_KEY]), str(data.get(HASH_SESSION_KEY, "")))

    for sign_in in _noted.all(keys=session_keys):
        claim(sign_in.session_key, sign_in.text)
        people[str(sign_in.user_id)] = sign_in.user
    if rest := set(session_keys) - claims.keys():  # ended, or never noted
        for key, text in _sessions(rest, "session_data"):
            claim(key, text)
    if strangers := {user_id for user_id, _ in claims.values()} - people.keys():
        found = User.objects.only("password").filter(pk__in=strangers)
        people |= {str(user.pk): user for user in found}
    return {
        key: people[user_id].pk
        for key, (user_id, proof) in claims.items()
        if user_id in people and sessions.proves(people[user_id], proof)
    }


def identify_bots(proofs: Collection[str]) -> dict[str, int]:
    """The id of the bot behind each proof of a key (rooms/bot_keys.py); keys that are none's are missing."""
    digests = {bot_keys.digest_of(proof): proof for proof in proofs}
    if not digests:
        return {}
    rows = _with_keys(digests).values_list("key_digest", "pk")
    return {digests[key]: pk for key, pk in rows if key}


def find_bot(proof: str) -> Bot | None:
    """Return the bot behind a proof of a key, with its user and its owner, in one query."""
    digest = bot_keys.digest_of(proof)
    rows = _with_keys([digest]).select_related("user", "owner")
    return rows.first() if digest else None


def _with_keys(digests: Collection[str]) -> QuerySet[Bot]:
    return Bot.objects.filter(key_digest__in=digests, user__is_active=True)


_noted = Prepared(
    lambda keys: (
        sessions.noted()
        .filter(session_key__in=keys, text__isnull=False)
        .select_related("user")
        .only("session_key", "user__password")
    ),
    keys=[str],
)


def living(session_keys: Collection[str]) -> set[str]:
    """Return those that are still keys of a session, whosever it is, or of a bot."""
    proofs = {key for key in session_keys if bot_keys.digest_of(key)}
    rest = set(session_keys) - proofs
    found = {key for some in _portions(rest) for (key,) in _sessions(some)}
    return found | identify_bots(proofs).keys()


def _sessions(keys: Collection[str], *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the key and the columns of each of these sessions that is not over.

    The query names keys alone: of two conditions the planner may take the index of the dates, and read all
    sessions there are.
    """
    rows = Session.objects.filter(session_key__in=keys)
    now = timezone.now()
    for key, until, *values in rows.values_list("session_key", "expire_date", *columns):
        if until > now:
            yield (key, *values)


def replaced(session_keys: Collection[str]) -> set[str]:
    """Those that have just been replaced by another key of the same person's same session."""
    return {
        key
        for some in _portions(session_keys)
        for key in SignIn.objects.filter(
            former_key__in=some, created_at__gt=Now() - HANDOVER
        ).values_list("former_key", flat=True)
    }


def _portions(keys: Collection[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := list(islice(rest, _KEYS)):
        yield some

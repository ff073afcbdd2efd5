"""The people on the page that runs a room, and the actions that can be undone."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rooms import access
from rooms.actions import verbs
from rooms.actions.undoing import UNDO_WITHIN
from rooms.actions.verbs import Standing, Verb
from rooms.errors import Forbidden
from rooms.models import Deed, Membership, User
from rooms.refusals.orders import NotInThisRoom
from rooms.spans import span

# People and deeds on the page; whoever is here comes first.
SHOWN = 200
DEEDS = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the page. `mine`: whether the reader may give orders about them, and which."""

    member: Membership
    mine: bool
    is_muted: bool
    orders: list[Verb]

    @property
    def groups(self) -> list[tuple[str, list[Verb]]]:
        """Return the orders by what they are about."""
        groups = [
            (str(group), [order for order in self.orders if order.group is group])
            for group in verbs.GROUPS
        ]
        return [(group, orders) for group, orders in groups if orders]


def listed(me: Membership) -> list[Person]:
    """Return the people who are here, run the room, are muted or banned; the reader first."""
    rows = (
        Membership.objects.filter(room=me.room)
        .filter(
            Q(present=True)
            | Q(banned_at__isnull=False)
            | Q(muted_until__gt=Now())
            | (Q(left_at__isnull=True) & ~Q(role=Membership.Role.MEMBER))
        )
        .select_related("user")
        .annotate(now=Now())
        .order_by("-present", "pk")[:SHOWN]
    )
    people = [_seen_by(me, member) for member in rows]
    return sorted(people, key=lambda person: person.member.pk != me.pk)


def one(me: Membership, user: User) -> Person:
    """Somebody the reader may give orders about. Raises NotMember or Forbidden."""
    rows = Membership.objects.filter(room=me.room, user=user).select_related("user")
    member = rows.annotate(now=Now()).first()
    if member is None:
        raise NotInThisRoom
    person = _seen_by(me, member)
    if not person.mine:
        raise Forbidden
    return person


def undoable(me: Membership) -> list[Deed]:
    """Return the actions of the last day that the reader can undo, newest first."""
    deeds = Deed.objects.filter(
        room_id=me.room.public_id,
        verb__in=verbs.UNDOABLE,
        at__gt=Now() - UNDO_WITHIN,
        undone_by__isnull=True,
    )
    roles = [role for role in Membership.Role.values if access.may_undo(me.role, role)]
    done_by_others = deeds.filter(target_id=me.user.public_id).exclude(actor_id=me.user.public_id)
    mine = deeds.filter(role__in=roles).exclude(pk__in=done_by_others.values("pk"))
    return list(mine.order_by("-pk")[:DEEDS])


def told(deed: Deed) -> SafeString:
    """Return the line for something that can be undone."""
    who, whom = (format_html("<bdi>{}</bdi>", name) for name in (deed.actor_name, deed.target_name))
    length = span(60 * deed.details.get("minutes", 0))
    return format_html(str(verbs.VERBS[deed.verb].done), who=who, whom=whom, span=length)


def _seen_by(me: Membership, member: Membership) -> Person:
    """`member` with the database's time, `now`."""
    is_muted = _is_after(member.muted_until, member.now)  # type: ignore[attr-defined]
    mine = member.pk != me.pk and access.outranks(me, member)
    standing = Standing.of(member, is_muted=is_muted)
    orders = verbs.offered(standing, role=me.role) if mine else []
    return Person(member, mine=mine, is_muted=is_muted, orders=orders)


def _is_after(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now

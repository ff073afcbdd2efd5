"""Which people a person has hidden: their messages are folded for that person, and count for nothing.

Nobody but the person learns of it, so nothing here may change what others are sent or how soon.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef

from rooms.models import HiddenPerson, Membership

# For queries of memberships: whether the person has hidden anybody. Nearly nobody has.
ANY = Exists(HiddenPerson.objects.filter(user=OuterRef("user")))


def by_each(user_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the keys of the people whom each of these has hidden; those who hide nobody are missing.

    One query, whatever the number of recipients: none of them is notified of messages of people whom
    they have hidden.
    """
    found: dict[int, set[int]] = defaultdict(set)
    rows = HiddenPerson.objects.filter(user__in=user_ids)
    for user_id, person_id in rows.values_list("user_id", "person_id"):
        found[user_id].add(person_id)
    return found


def hidden_by(user_id: int) -> frozenset[int]:
    """Return the keys of the people whom somebody has hidden."""
    return frozenset(by_each([user_id]).get(user_id, ()))


def attach(members: Iterable[Membership]) -> None:
    """Set `hides` of memberships that were read with `hides_any=ANY`. No query where nobody hides."""
    hiding = [member for member in members if member.hides_any]  # type: ignore[attr-defined]
    if not hiding:
        return
    rows = HiddenPerson.objects.filter(user__in={member.user_id for member in hiding})
    found: dict[int, list[str]] = defaultdict(list)
    for user_id, person in rows.order_by("pk").values_list("user_id", "person__public_id"):
        found[user_id].append(person)
    for member in hiding:
        member.hides = found[member.user_id]

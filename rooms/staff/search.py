"""The search of lists whose rows belong to a room and to people."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from rooms import codes
from rooms.models import Room, User


def in_rooms(
    rows: QuerySet[Any], typed: str, *, people: Sequence[str], own: str = ""
) -> QuerySet[Any]:
    """Narrow rows to those with this room code, or with this name or id among their people.

    `people` are the columns with users, `own` is the column with an id of the row. People and rooms are
    looked up in their own tables: joined, all of these would be read.
    """
    text = typed.strip()
    if not text:
        return rows
    known = User.objects.filter(Q(name_key__called=text) | Q(public_id=text))
    found = Q(**{own: text}) if own else Q()
    for column in people:
        found |= Q(**{f"{column}__in": known})
    if code := codes.normalize(text):
        found |= Q(room__in=Room.objects.filter(code=code))
    return rows.filter(found)

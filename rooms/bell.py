"""What a member is notified of: everything, what is to them, or nothing.

A message is to somebody who is mentioned in it or whose message it answers. A member who has never
chosen is notified of everything in a small room, and of what is to them in a bigger one.
"""

from django.db.models import QuerySet

from rooms.models import Membership, Room

Bell = Membership.Bell
# The people of a room up to which everything is everybody's business unless they say otherwise.
SMALL_ROOM = 20


def position(member: Membership) -> Bell:
    """Return the position of a member's bell. Asks the database only if they have not chosen one."""
    return Bell(member.bell) if member.bell else usual(member.room)


def usual(room: Room) -> Bell:
    """Return the position of the bells of a room that nobody has turned."""
    return Bell.TO_ME if len(_members(room)[: SMALL_ROOM + 1]) > SMALL_ROOM else Bell.EVERYTHING


def rings(bell: Bell, *, to_me: bool) -> bool:
    """Return True if a bell in this position rings for a message."""
    return bell == Bell.EVERYTHING or (to_me and bell == Bell.TO_ME)


def _members(room: Room) -> QuerySet[Membership, tuple[int]]:
    """Return the people of a room, whether they are there just now or not."""
    members = Membership.objects.filter(Membership.INSIDE, room=room)
    return members.order_by().values_list("pk")

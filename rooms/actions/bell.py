"""A member's bell. Nobody else in the room learns how it stands."""

from rooms import access
from rooms.models import Membership, User
from rooms.refusals.forms import BadBell

Bell = Membership.Bell


def turn(*, user: User, code: str, to: str) -> Membership:
    """Turn the bell of a room for one of its members. Returns the membership.

    Raises BadBell, NotMember, Removed or RoomClosed.
    """
    if to not in Bell:
        raise BadBell
    member = access.membership(user=user, code=code)
    member.bell = to
    Membership.objects.filter(pk=member.pk).update(bell=to)
    return member

"""A call: the room is told, once for all who come to it."""

from datetime import timedelta

from rooms import access, room_settings
from rooms.models import Membership, Room, User
from rooms.refusals.ending import NoCallLink
from rooms.turn import turn

# The room is not told of members who come to a call within this time of its start.
ONE_CALL = timedelta(minutes=10)


def call(*, room: Room, by: User) -> bool:
    """Tell the room that a member starts a call. Return False if it was told of one a while ago.

    Raises NotMember, Removed, RoomClosed, Forbidden without a call link, and Ended or Muted: a notice
    is heard as well.
    """
    with turn(room) as t:
        found = Membership.objects.filter(user=by, room=room).select_related("room", "user")
        member = access.check(found.first())
        access.require_voice(member, now=t.now)
        if not room_settings.call_link(t.room):
            raise NoCallLink
        if t.room.called_at is not None and t.room.called_at > t.now - ONE_CALL:
            return False
        Room.objects.filter(pk=t.room.pk).update(called_at=t.now)
        t.by = member.user
        t.notice("call")
        return True

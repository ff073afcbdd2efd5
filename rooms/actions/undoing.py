"""Undo what was done in a room, within a day."""

from datetime import timedelta

from rooms.actions import clearing
from rooms.actions.sanctions import require_right_to_undo
from rooms.actions.verbs import VERBS
from rooms.models import Deed, Room, User
from rooms.refusals.undoing import CannotUndo, TooLateToUndo
from rooms.turn import turn

# How long what was done can be undone.
UNDO_WITHIN = timedelta(days=1)


def undo(*, room: Room, by: User, deed: Deed, reason: str = "", staff: bool = False) -> Deed:
    """Undo a mute, a removal, a ban, the deletion of one message or of many, or a room's end.

    Raises NotMember, Removed, RoomClosed; Forbidden for what cannot be undone, or not any more.
    """
    # Rendered before the lock. What was no deletion has no messages.
    texts = clearing.kept(room, deed.details.get("seqs", ()))
    with turn(room, by=by, reason=reason, staff=staff) as t:
        verb = VERBS.get(deed.verb)
        if deed.room_id != t.room.public_id or verb is None or verb.undo is None:
            raise CannotUndo
        if Deed.objects.filter(undoes=deed).exists() or deed.at < t.now - UNDO_WITHIN:
            raise TooLateToUndo
        user = User.objects.get(public_id=deed.target_id) if deed.target_id else None
        require_right_to_undo(t, deed)
        verb.undo(t, deed, user, texts)
        return t.record(f"undo {deed.verb}", target=user, undoes=deed)

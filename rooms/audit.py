"""The audit log: who did what to whom, as what, and why. Entries are added and never changed."""

from typing import Any

from rooms.models import Deed, Room, User

# As what somebody acts; "system" is the site itself.
ROLES = ("owner", "moderator", "member", "staff", "self", "system")


def record(
    verb: str,
    *,
    actor: User | None,
    role: str,
    room: Room | None = None,
    target: User | None = None,
    reason: str = "",
    undoes: Deed | None = None,
    **details: Any,
) -> Deed:
    """Add an entry, in the transaction of what it is about.

    `role` is what the actor was then, one of ROLES. `details` are plain values; what is needed to undo the deed is among them.
    """
    return Deed.objects.create(
        verb=verb,
        actor_id=actor.public_id if actor else "",
        actor_name=str(actor) if actor else "",
        role=role,
        target_id=target.public_id if target else "",
        target_name=str(target) if target else "",
        room_id=room.public_id if room else "",
        room_code=room.code if room else "",
        reason=reason,
        undoes=undoes,
        details=details,
    )

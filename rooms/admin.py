"""Import the pages of the staff admin, which register themselves: this module is where Django looks for them.

They are in rooms/staff, together with the site they register with, which has to be imported before
them. So it cannot be their package that imports them all.
"""

from rooms.staff import (
    audit,
    hooks,
    memberships,
    messages,
    otp,
    people,
    recorded,
    reports,
    rooms,
    signins,
)

__all__ = [
    "audit",
    "hooks",
    "memberships",
    "messages",
    "otp",
    "people",
    "recorded",
    "reports",
    "rooms",
    "signins",
]

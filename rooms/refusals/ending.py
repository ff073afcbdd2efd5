"""The end of a room, and its calls."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadFrame,
    Forbidden,
)


class BadTime(BadFrame):
    """A time at which a room cannot close, or its door. `about` is the room's column for the time."""

    def __init__(self, *, about: str = "ends_at") -> None:
        super().__init__()
        self.about = about


class TimeIsOver(BadTime):
    sentence = _("That time has passed.")


class TimeIsFar(BadTime):
    sentence = _("That is more than a year ahead.")


class DoorAfterEnd(BadTime):
    sentence = _("This time must be before the room ends.")


class EndedAlready(Forbidden):
    sentence = _("This room has already ended.")


class NotEnded(Forbidden):
    sentence = _("This room has not ended.")


class NoCallLink(Forbidden):
    sentence = _("This room has no call link.")

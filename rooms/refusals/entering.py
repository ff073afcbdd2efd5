"""Coming in, and waiting to be let in."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    NotMember,
    RateLimited,
    RoomLocked,
)


class RoomHasEnded(RoomLocked):
    """Said at the door, in the minute in which that can be undone."""

    sentence = _("This room has ended: nobody new can come in.")


class NotLetIn(RateLimited):
    sentence = _("You were not let in. You can ask again later.")


class WaitsInThisBrowser(RateLimited):
    sentence = _("Someone is already waiting in this browser.")


class ManyWaitNearby(RateLimited):
    sentence = _("Several people from your network are already waiting. Please try again later.")


class ManyWait(RateLimited):
    sentence = _("Too many people are waiting. Please try again later.")


class AsksNoMore(NotMember):
    sentence = _("That person is no longer asking to join.")

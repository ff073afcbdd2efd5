"""Orders of those in charge of a room, and what people do about each other."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadFrame,
    Forbidden,
    NotMember,
    PersonNotFound,
    Removed,
)


class OnlyTheOwner(Forbidden):
    sentence = _("Only the room’s owner can do that.")


class OnlyThoseInCharge(Forbidden):
    sentence = _("Only the owner and moderators can do that.")


class NotYoursToJudge(Forbidden):
    sentence = _("You cannot moderate %(name)s.")


class NotInThisRoom(NotMember):
    """The person that an order is about."""

    sentence = _("That person is not in this room.")


class BannedAlready(NotMember):
    sentence = _("That person is already banned.")


class NotBanned(NotMember):
    sentence = _("That person is not banned.")


class CannotReportYourself(BadFrame):
    sentence = _("You cannot report yourself.")


class CannotHideYourself(BadFrame):
    sentence = _("You cannot hide yourself.")


class HidesMany(Forbidden):
    sentence = _("You can hide at most %(limit)s people. Show somebody again first.")


class NotHidden(PersonNotFound):
    sentence = _("You have not hidden that person.")


class SharesNoRoom(PersonNotFound):
    """Of somebody who is nowhere, and of somebody who is in other rooms only."""

    sentence = _("That person is in none of your rooms.")


class RemovedFromRoom(Removed):
    sentence = _("You were removed from this room.")


class RemovedFor(Removed):
    sentence = _("You were removed from this room: %(reason)s")

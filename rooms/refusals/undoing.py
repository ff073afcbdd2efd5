"""Taking an order back."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    Forbidden,
)


class CannotUndo(Forbidden):
    sentence = _("That cannot be undone.")


class TooLateToUndo(Forbidden):
    sentence = _("It is too late to undo that.")


class UndoneAlready(Forbidden):
    sentence = _("That has already been undone.")


class MessageNotKept(Forbidden):
    sentence = _("The text of that message is no longer kept.")


class MessagesNotKept(Forbidden):
    sentence = _("Those messages are no longer kept.")


class OnlyTheOwnerUndoes(Forbidden):
    sentence = _("Only the room’s owner can undo that.")


class OnlyTheSiteUndoes(Forbidden):
    sentence = _("Only the site’s moderators can undo that.")


class SomebodyElseUndoes(Forbidden):
    sentence = _("You cannot undo what was done to you.")

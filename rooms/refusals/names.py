"""Names of people, and topics of rooms."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadName,
    BadTitle,
)


class NameMissing(BadName):
    sentence = _("Please tell the others what to call you.")


class NameTooLong(BadName):
    sentence = _("A name has at most %(limit)s characters.")


class NameHides(BadName):
    sentence = _("A name cannot have invisible or control characters in it.")


class NamePiledUp(BadName):
    sentence = _("That name has too many marks on one letter.")


class NameBlank(BadName):
    sentence = _("A name needs at least one letter, digit or sign.")


class NameReserved(BadName):
    sentence = _("That name is kept for those who run this site. Please choose another.")


class TitleTooLong(BadTitle):
    sentence = _("A topic has at most %(limit)s characters.")


class TitleHides(BadTitle):
    sentence = _("A topic cannot have invisible or control characters in it.")


class TitlePiledUp(BadTitle):
    sentence = _("That topic has too many marks on one letter.")

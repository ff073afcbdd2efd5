"""Frames and what is in them."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadFrame,
    TooLong,
)


class FrameTooLong(TooLong):
    sentence = _("A frame has at most %(limit)s bytes.")


class NotText(BadFrame):
    sentence = _("Frames are text.")


class NotJson(BadFrame):
    sentence = _("That is not JSON.")


class NotAnObject(BadFrame):
    sentence = _("A frame is a JSON object.")


class UnknownType(BadFrame):
    sentence = _("A frame’s type is one of %(types)s.")


class BadRef(BadFrame):
    sentence = _("A reference is text of at most %(limit)s characters.")


class BadClientId(BadFrame):
    sentence = _("A client’s name of a message is text of 1 to %(limit)s characters.")


class BadBody(BadFrame):
    sentence = _("A message is text.")


class BadFiles(BadFrame):
    sentence = _(
        "A message has up to %(limit)s files, each with its id and a description of at most %(alt)s characters."
    )


class FileTwice(BadFrame):
    sentence = _("A file is in a message once.")


class BadEditTime(BadFrame):
    sentence = _("When a text was edited is a time, or nothing.")


class BadEmoji(BadFrame):
    sentence = _("A reaction is one emoji.")


class BadSwitch(BadFrame):
    sentence = _("That can be put on or taken off: true or false.")


class BadPageSize(BadFrame):
    sentence = _("A page has from 1 to %(limit)s messages.")


class BadNumber(BadFrame):
    sentence = _("A message has a number, from 1 on.")


class NulCharacter(BadFrame):
    sentence = _("Text cannot contain the character U+0000.")


class BodyTooLong(TooLong):
    sentence = _("A message has at most %(limit)s characters.")

"""Refusals about bots."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import Forbidden, PersonNotFound


class BotsNeedAccounts(Forbidden):
    sentence = _("To make a bot you need an account: choose a password first.")


class TooManyBots(Forbidden):
    sentence = _("A room has at most %(limit)s bots.")


class BotsHaveNoRole(Forbidden):
    sentence = _("A bot is a member: it is made neither moderator nor owner.")


class NoSuchBot(PersonNotFound):
    sentence = _("There is no such bot of yours.")

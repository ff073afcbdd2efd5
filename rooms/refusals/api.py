"""Refusals of the API's requests, where the frames of sockets have none."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import BadFrame, ChatError, RateLimited


class BadParameter(BadFrame):
    sentence = _("“%(name)s” is not of the kind that is documented.")


class NoSuchHost(BadFrame):
    sentence = _("This site does not go by that name.")


class NoSuchPath(ChatError):
    code = "not_found"
    status = 404
    sentence = _("There is nothing at this address.")


class MethodRefused(BadFrame):
    """Answered with 405."""

    sentence = _("That cannot be done at this address.")


class ManyListeners(RateLimited):
    sentence = _("You are waiting for news in too many places already.")

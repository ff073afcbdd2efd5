"""Second factors of the staff."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import FactorNeeded, Forbidden, MessageNotFound, RateLimited, WrongFactor


class WrongCode(WrongFactor):
    sentence = _(
        "That code is not right, or was used before. An app shows another one every 30 seconds; each "
        "recovery code works once."
    )


class WrongPasskey(WrongFactor):
    sentence = _("That passkey does not prove that it is you. Please try again.")


class NoPasskey(WrongFactor):
    """A browser has sent no passkey: it can make none, or runs no scripts."""

    sentence = _("This browser made no passkey. Add an app instead, or use another browser.")


class PasskeyKnown(Forbidden):
    sentence = _("That passkey was added already.")


class CodesWait(RateLimited):
    """There were wrong codes before: the next one is looked at later."""

    sentence = _("That was wrong before. Please try again in %(seconds)s seconds.")


class WrongFirstCode(WrongFactor):
    sentence = _(
        "That is not the code that the app should show now. Check the clock of the device, then type "
        "the next code."
    )


class ConfirmAgain(FactorNeeded):
    """The session has proven a factor, but too long ago for what is asked."""

    sentence = _("Confirm that it is you.")


class TooManyFactors(Forbidden):
    sentence = _("You have as many of these as anybody can. Remove one first.")


class NoSuchFactor(MessageNotFound):
    sentence = _("That was removed already.")


class SetUpExpired(Forbidden):
    sentence = _("That took more than ten minutes. Please begin again.")

"""Forms, and requests that pages make."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadFrame,
    Forbidden,
    MessageNotFound,
)


class BadForm(BadFrame):
    """A form's errors, in the form's own sentences."""

    sentence = "%(problem)s"


class BadSetting(BadFrame):
    """A setting of a room is out of its bounds; its table has the sentence."""

    sentence = "%(problem)s"


class FormNotTrusted(Forbidden):
    """A form's token is missing, or is another session's."""

    sentence = _("This page was open for too long, or cookies are switched off. Please reload it.")


class BadBell(BadFrame):
    sentence = _("You can be notified of everything, of mentions and replies, or of nothing.")


class BadPushAddress(BadFrame):
    sentence = _("That is not the address of a push service: %(problem)s.")


class BadPushKeys(BadFrame):
    sentence = _("These are not the keys of a push subscription.")


class NoPushSubscription(MessageNotFound):
    sentence = _("This browser has no push subscription.")


class PushIsOff(Forbidden):
    sentence = _("This site sends no notifications.")

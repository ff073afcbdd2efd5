"""Hooks."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import BadFrame, Forbidden, MessageNotFound, TooBig


class BadHookBody(BadFrame):
    sentence = _(
        "A webhook takes JSON with text, attachments, blocks, content or embeds, a form with payload or text, or plain text."
    )


class HookBodyTooBig(TooBig):
    sentence = _("A webhook takes at most %(limit)s bytes.")


class BadHookAddress(BadFrame):
    sentence = _("That address cannot be told what happens here: %(problem)s.")


class HookTellsNothing(BadFrame):
    sentence = _("Choose at least one event.")


class HooksNeedAccounts(Forbidden):
    sentence = _("To add a webhook you need an account: choose a password first.")


class HooksOutAreOff(Forbidden):
    sentence = _("Outgoing webhooks are turned off on this site.")


class TooManyHooks(Forbidden):
    sentence = _("A room has at most %(limit)s of these webhooks.")


class NoSuchHook(MessageNotFound):
    """No hook, or one that may not be used any more: outsiders cannot tell which."""

    sentence = _("There is no such hook.")


class NotYourHook(Forbidden):
    sentence = _("Only whoever added this webhook can give it another URL or secret.")


class NotThisHook(Forbidden):
    sentence = _("Only somebody of a higher role can change this webhook.")

"""What is done with messages."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    BadFrame,
    Forbidden,
    MessageNotFound,
    RateLimited,
)


class SlowMode(RateLimited):
    sentence = _("Slow mode: one message every %(every)s seconds.")


class OnlyChatIsChanged(Forbidden):
    sentence = _("Only messages can be edited.")


class OnlyChatIsDeleted(BadFrame):
    sentence = _("Only messages can be deleted.")


class MessageDeleted(MessageNotFound):
    sentence = _("That message was deleted.")


class NotItsAuthor(Forbidden):
    sentence = _("Only its author can edit a message.")


class DeletesOnlyOwn(Forbidden):
    sentence = _("You can only delete your own messages.")


class ReactionsFull(Forbidden):
    sentence = _("This message has all the reactions it can take.")


class PinsFull(Forbidden):
    sentence = _("A room has at most %(limit)s pinned messages.")


class SaidNothing(MessageNotFound):
    sentence = _("%(name)s sent no messages in that time.")

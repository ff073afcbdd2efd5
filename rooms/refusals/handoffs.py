"""Continuing on another device."""

from django.utils.translation import gettext_lazy as _

from rooms.errors import (
    Forbidden,
    NoHandoff,
)


class HandoffExpired(NoHandoff):
    sentence = _(
        "That code was good for ten minutes and has run out. Show a new one on your other device."
    )


class HandoffReplaced(NoHandoff):
    sentence = _("A newer code was made on your other device. Scan that one.")


class HandoffUsed(NoHandoff):
    sentence = _(
        "That code was opened before, and each works once. If that was not you, answer No on your "
        "other device, then show a new code there."
    )


class HandoffAnswered(NoHandoff):
    sentence = _("You have answered that already.")


class HandoffTurnedAway(NoHandoff):
    sentence = _("Your other device answered No: nobody was let in here.")


class HandoffSignedOut(NoHandoff):
    sentence = _("The other device is not signed in any more, so nobody there can say yes.")


class HandoffBanned(NoHandoff):
    sentence = _("Whoever made that code was banned from this site.")


class HandoffHere(NoHandoff):
    sentence = _("You are %(name)s here already.")


class HandoffUnsure(Forbidden):
    sentence = _("Tick this first: %(name)s and all their rooms would be lost.")


class HandoffToAnother(Forbidden):
    sentence = _("Somebody else came in here meanwhile. Show a new code on your other device.")


class HandoffNotYet(Forbidden):
    sentence = _("Your other device has not answered yet.")


class HandoffOfStaff(Forbidden):
    sentence = _("Whoever runs this site signs in with the password on each device.")

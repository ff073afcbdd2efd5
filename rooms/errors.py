"""The kinds of refusal that callers tell apart, each with a code and a sentence.

The codes are those of the socket contract (docs/PROTOCOL.md); `status` is the HTTP answer to the
same refusal on a page. Refusals that nobody tells apart by their kind are in rooms/refusals/.
"""

import math

from django.utils.translation import gettext_lazy as _

# The log's own: it raises them and knows nothing of rooms. They are read from here with the others.
from history.errors import ChatError as ChatError
from history.errors import RoomHeld as RoomHeld
from history.errors import Unavailable as Unavailable


class BadFrame(ChatError):
    code = "bad_frame"
    status = 400


class TooLong(ChatError):
    code = "too_long"
    status = 422
    sentence = _("That is too long.")


class Empty(ChatError):
    code = "empty"
    status = 422
    sentence = _("That message is empty.")


class BadFile(ChatError):
    """A file that cannot be sent here."""

    code = "bad_file"
    status = 422
    sentence = _("That file cannot be sent here.")


class TooBig(ChatError):
    """A file that is too big, for the site or for what is left of somebody's share."""

    code = "too_big"
    status = 413
    sentence = _("That file is too big.")


class BadName(ChatError):
    code = "bad_name"
    status = 422
    sentence = _("Please choose another name.")


class NameTaken(BadName):
    code = "name_taken"
    sentence = _("Someone in this room already goes by that name. Please choose another.")


class BadTitle(ChatError):
    code = "bad_title"
    status = 422
    sentence = _("Please choose another topic.")


class RateLimited(ChatError):
    code = "rate_limited"
    status = 429
    sentence = _("That was a little too fast. Please wait a moment.")


class Forbidden(ChatError):
    code = "forbidden"
    status = 403
    sentence = _("You are not allowed to do that here.")


class NotMember(Forbidden):
    """Not, or no longer, a member of the room."""

    sentence = _("You are not in this room.")


class SignedOut(NotMember):
    """Nobody at all: the session has ended."""

    sentence = _("You are signed out.")


class Removed(Forbidden):
    """Sent away from the room, banned from it, or from the site."""

    sentence = _("A moderator has removed you.")


class Muted(ChatError):
    """In the room, but not to be heard for a while."""

    code = "muted"
    status = 403
    sentence = _("You cannot write here for now.")


class MutedFor(Muted):
    """The same, with the reason that was given."""

    sentence = _("You cannot write here for now: %(reason)s")


def muted(reason: str, *, seconds: float) -> Muted:
    """Return the refusal for a member who is muted for this many seconds more."""
    wait = math.ceil(seconds)
    return MutedFor(reason=reason, retry_after=wait) if reason else Muted(retry_after=wait)


class Ended(ChatError):
    """The owner has ended the room: until it closes, a minute later, it can be read."""

    code = "ended"
    status = 403
    sentence = _("This room has ended: nothing more can be said in it.")


class RoomNotFound(ChatError):
    """No open room has this code. Closed, unknown and banned read the same to an outsider."""

    code = "not_found"
    status = 404
    sentence = _("There is no open room with that code.")


class NewcomersKeptOut(Forbidden):
    """A guest was banned lately who came from the same browser or network. Said to who has a right code."""

    sentence = _(
        "Somebody with your browser or from your network was banned from this room, so new guests "
        "from there cannot come in for a day. An account that you had before can."
    )


class RoomLocked(ChatError):
    """Nobody new may come in. This and those below, down to MustAsk, are said only to who has a right code."""

    code = "locked"
    status = 403
    sentence = _("This room is locked: nobody new can come in for now.")


class PasscodeNeeded(ChatError):
    code = "passcode"
    status = 403
    sentence = _("This room has a passcode. Ask whoever invited you for it.")


class WrongPasscode(PasscodeNeeded):
    sentence = _("That is not this room’s passcode.")


class RoomFull(ChatError):
    code = "full"
    status = 403
    sentence = _("This room is full. Somebody has to leave before anyone else can come in.")


class MustAsk(ChatError):
    code = "must_ask"
    status = 403
    sentence = _("Newcomers to this room have to ask to be let in.")


class TurnedAway(Forbidden):
    """Asked to be let in, and was not."""

    sentence = _("You were not let in.")


class RoomClosed(ChatError):
    """Said only to people who were in the room."""

    code = "not_found"
    status = 404
    sentence = _("This room has closed.")


class MessageNotFound(ChatError):
    code = "not_found"
    status = 404
    sentence = _("That message is not in this room.")


class EditedMeanwhile(ChatError):
    """The text that was edited is not what the message says any more."""

    code = "conflict"
    status = 409
    sentence = _("This message was changed meanwhile. Look at both texts, then save again.")


class PersonNotFound(ChatError):
    code = "not_found"
    status = 404
    sentence = _("That person was not in this room.")


class FactorNeeded(ChatError):
    """The staff's second factor has to be proven first."""

    code = "factor_needed"
    status = 403
    sentence = _("Sign in with your second factor first.")


class WrongFactor(ChatError):
    """A code or a passkey that does not prove who somebody is."""

    code = "wrong_factor"
    status = 403
    sentence = _("That does not prove that it is you.")


class NoHandoff(ChatError):
    """A link to continue on another device that carries nobody over, or no longer does."""

    code = "not_found"
    status = 404
    sentence = _(
        "That link is not one that this site has made. Show a new code on your other device."
    )


class TooManySockets(Unavailable):
    sentence = _("You have this site open in too many places. Please close some of them.")


class CodesExhausted(Unavailable):
    sentence = _("Too many rooms are open right now to make another. Please try again later.")


# Signing in as staff by the provider of CHAT_OIDC_ISSUER -----------------------------------------


class ProviderAway(Unavailable):
    """The provider does not answer, answers nonsense, or refuses what the site's settings say."""

    code = "provider_away"
    sentence = _(
        "The service that you sign in with does not answer as it should. Please try again in a moment."
    )


class SignInUnknown(ChatError):
    """An answer to no question of this browser's: made up, played again, or another browser's."""

    code = "sign_in_unknown"
    status = 400
    sentence = _("That sign-in was not begun in this browser, or is over. Please sign in again.")


class SignInExpired(ChatError):
    code = "sign_in_expired"
    status = 400
    sentence = _("That sign-in took too long. Please sign in again.")


class SignInRefused(ChatError):
    """The provider says no, or the person has told it so."""

    code = "sign_in_refused"
    status = 403
    sentence = _("The service that you sign in with has refused. Please sign in again.")


class SignInUntrusted(ChatError):
    """An ID token that is not the provider's, not for this site, or not for this sign-in."""

    code = "sign_in_untrusted"
    status = 403
    sentence = _(
        "What the service that you sign in with has said of you cannot be believed. Tell those who run "
        "this site if it happens again."
    )


class NoRole(ChatError):
    code = "no_role"
    status = 403
    sentence = _(
        "You are in none of the groups that look after this site. Whoever runs it knows which they are."
    )


class IdentityTaken(ChatError):
    """Of two accounts that one identity would sign in, or two identities of one account."""

    code = "identity_taken"
    status = 409
    sentence = _("You sign in to another account with that. Disconnect it there first.")

"""The base of refusals, and the refusals of the log.

A refusal is a code for programs, a sentence for people, and the parameters of both. The codes are those
of the socket contract (docs/PROTOCOL.md); `status` is the HTTP answer to the same refusal on a page.
What rooms refuse is in rooms/errors.py and rooms/refusals/.
"""

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
else:
    from django.utils.functional import Promise as _StrPromise

# A sentence or a label, perhaps one that is translated when it is shown.
Text: TypeAlias = str | _StrPromise


class ChatError(Exception):
    """A refusal. Raise a subclass, with what its sentence names as keywords.

    `retry_after` is in seconds and given where waiting helps.
    """

    code: ClassVar[str] = "bad_frame"
    status: ClassVar[int] = 400
    # It is translated when it is read, into the language of whoever is answered then.
    sentence: ClassVar[Text] = _("That could not be understood.")

    def __init__(self, *, retry_after: float | None = None, **params: object) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.params = params

    @property
    def message(self) -> str:
        """The sentence, with the parameters in it."""
        return str(self.sentence) % self.params

    def __str__(self) -> str:
        return self.message


class Unavailable(ChatError):
    """Nothing was done, or it is not known whether it was: send it again with the same id."""

    code = "unavailable"
    status = 503
    sentence = _("The service cannot do that right now. It is safe to try again.")


class RoomHeld(Unavailable):
    """Somebody has held the lock of a room for longer than it is waited for."""

    sentence = _("This room is busy right now. It is safe to try again.")

    def __init__(self, *, retry_after: float | None = 1.0) -> None:
        super().__init__(retry_after=retry_after)


class NoFile(ChatError):
    """A file that was to go into a message is not there, not whole, in another one, or somebody else's."""

    code = "no_file"
    status = 404
    sentence = _("A file of this message is not here any more. Attach it again.")


class FilesAway(Unavailable):
    """The store of files does not answer, or refuses."""

    sentence = _("Files cannot be kept or read right now. It is safe to try again.")

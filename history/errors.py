"""What the log refuses, and what a refusal is.

The codes are those of the socket contract (docs/PROTOCOL.md); `status` is the HTTP answer to the
same refusal on a page. What rooms refuse is in rooms/errors.py.
"""

from typing import ClassVar


class ChatError(Exception):
    """A refusal. Raise a subclass.

    `retry_after` is in seconds and given where waiting helps.
    """

    code: ClassVar[str] = "bad_frame"
    status: ClassVar[int] = 400
    message: str = "That could not be understood."

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        self.message = message or type(self).message
        self.retry_after = retry_after
        super().__init__(self.message)


class Unavailable(ChatError):
    """Nothing was done, or it is not known whether it was: send it again with the same id."""

    code = "unavailable"
    status = 503
    message = "The service cannot do that right now. It is safe to try again."


class RoomHeld(Unavailable):
    """Somebody has held the lock of a room for longer than it is waited for."""

    message = "This room is busy right now. It is safe to try again."

    def __init__(self, message: str | None = None, *, retry_after: float | None = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)

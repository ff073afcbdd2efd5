"""How the socket says no, and how it ends."""

from tests.support.view import Frame


class FrameRefused(Exception):
    """The answer to a frame was `error`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.code: str = frame["code"]
        self.retry_after: float | None = frame.get("retry_after")
        self.frame = frame


class HandshakeRefused(Exception):
    """The socket was not opened. `status` is the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class SocketClosed(Exception):
    """The socket ended before the answer came: whether the frame was taken is unknown."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


def may_come_back(code: int) -> bool:
    """Whether a client reconnects by itself after this close code."""
    return not 4500 <= code <= 4999

"""One open socket, as the hub and the writer know it."""

from history.wire import WireAuthor
from rooms.live.sockets import Sender


class Client:
    """A socket of a person in a room. `epoch` is the stream's when access was checked last."""

    __slots__ = (
        "author", "epoch", "posting", "role", "sender", "socket_id", "typed_at",
        "user_id",
    )  # fmt: skip

    def __init__(self, *, socket_id: str, sender: Sender) -> None:
        self.socket_id = socket_id
        self.sender = sender
        self.user_id = 0
        self.author: WireAuthor = {"id": "", "name": ""}
        self.role = ""
        self.epoch = 0
        self.posting = 0  # posts under way
        self.typed_at = float("-inf")  # the loop's clock

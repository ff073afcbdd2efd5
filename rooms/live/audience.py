"""Fan-out: the sockets of a room, by the way that a frame takes to them."""

from collections.abc import Callable, Mapping, Sequence

from rooms.live.client import Client
from rooms.live.crowds import Told
from rooms.live.sockets import DirectSender, Sender

# Frames for some of the clients.
Own = Mapping[Client, Sequence[bytes]]


class Audience:
    """Writes frames to all sockets of a room. They are built once for all sockets of our own server."""

    def __init__(self) -> None:
        self._writers: dict[Client, Callable[[bytes], None]] = {}
        self._senders: dict[Client, Sender] = {}
        self._frame: Callable[[bytes], bytes] = bytes

    def add(self, client: Client) -> None:
        if isinstance(client.sender, DirectSender):
            self._writers[client] = client.sender.write
            self._frame = client.sender.frame
        else:
            self._senders[client] = client.sender

    def remove(self, client: Client) -> None:
        self._writers.pop(client, None)
        self._senders.pop(client, None)

    def show(self, told: Told, *, acks: Own, own: Own) -> None:
        """Write what is told to everyone, or what is a client's `own` instead, each after its `acks`."""
        if not told.frames and not own:
            for client, frames in acks.items():
                client.sender.send(frames)
            return
        frame = short = self._framed(told.frames)
        if told.short is not told.frames:
            short = self._framed(told.short)
        is_common = not own and short is frame
        # Every message comes this way, and most sockets get the same bytes.
        for client, write in self._writers.items():
            data = frame
            if not is_common:
                data = short if client.takes_crowds else frame
                if client in own:
                    data = self._framed(own[client])
            if client in acks:
                data = self._framed(acks[client]) + data
            if data:
                write(data)
        for client, sender in self._senders.items():
            frames = own.get(client, told.short if client.takes_crowds else told.frames)
            if frames := [*acks.get(client, ()), *frames]:
                sender.send(frames)

    def _framed(self, payloads: Sequence[bytes]) -> bytes:
        return b"".join(map(self._frame, payloads)) if self._writers else b""

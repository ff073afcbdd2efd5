"""One command on its way into the log: its preparation, its order, and the answer to a refusal."""

import asyncio
from dataclasses import dataclass

from history.log.entry import Attachment
from rooms import protocol, refusal_counts
from rooms.actions import texts
from rooms.actions.messages import ASK, Draft
from rooms.actions.performing import Asked, Order
from rooms.actions.texts import PLAIN, Prepared, Raw
from rooms.commands import Edit, Leave, MessageCommand, Post
from rooms.errors import ChatError, Unavailable
from rooms.live import metrics
from rooms.live.client import Client
from rooms.live.room import LiveRoom

# What goes through the queue of a room.
RoomCommand = Post | MessageCommand | Leave


@dataclass(slots=True)
class Waiting:
    """A command on its way into the log."""

    client: Client
    room: LiveRoom
    command: RoomCommand
    since: float
    prepared: Prepared = PLAIN
    # The epoch at which the author of a post was authorised. If the room's epoch has moved since, the
    # author is checked again. Whoever asks for anything else is checked anyway.
    epoch: int = ASK
    # Where a program without a socket waits for what becomes of it.
    outcome: asyncio.Future[object] | None = None

    @property
    def has_more_than_plain_text(self) -> bool:
        command = self.command
        if isinstance(command, Post):
            return command.reply_to is not None or not texts.is_plain(command.body)
        return isinstance(command, Edit) and not texts.is_plain(command.body)

    def raw(self) -> Raw | None:
        """Return the text that is to be prepared, or None if the command has none."""
        client, room, command = self.client, self.room, self.command
        if isinstance(command, Post):
            return Raw(room.room_id, room.stream_id, client.user_id, command.body, command.reply_to)
        if isinstance(command, Edit):
            return Raw(room.room_id, room.stream_id, client.user_id, command.body)
        return None

    def order(self) -> Order:
        """Return the command as the actions take it."""
        client, room, prepared = self.client, self.room, self.prepared
        command = self.command
        if not isinstance(command, Post):
            return Asked(
                stream_id=room.stream_id,
                room_id=room.room_id,
                author_id=client.user_id,
                command=command,
                text=prepared,
            )
        return Draft(
            stream_id=room.stream_id,
            room_id=room.room_id,
            author_id=client.user_id,
            author=client.author,
            client_id=command.client_id,
            said=command,
            epoch=self.epoch,
            html=prepared.html,
            mentions=prepared.mentions,
            files=[Attachment(file.id, file.alt) for file in command.files],
            refused=prepared.refused,
            words=prepared.words,
        )

    def tell(self, outcome: object) -> bool:
        """Hand the outcome to a program that waits for it without a socket. Return False if none does."""
        if self.outcome is None:
            return False
        if isinstance(outcome, Exception):
            metrics.posts_refused.labels(_refusal(outcome).code).inc()
        if not self.outcome.done():
            self.outcome.set_result(outcome)
        return True

    def refusal(self, error: object) -> bytes:
        """Return the `error` frame that answers the command, and count it if it is a post."""
        refusal = _refusal(error)
        refusal_counts.note(refusal)
        command = self.command
        if not isinstance(command, Post):
            return protocol.error(refusal, ref=command.ref)
        metrics.posts_refused.labels(refusal.code).inc()
        return protocol.error(refusal, ref=command.ref, client_id=command.client_id)


def _refusal(error: object) -> ChatError:
    return error if isinstance(error, ChatError) else Unavailable()

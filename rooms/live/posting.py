"""Posts of programs that have no socket: through the writer, in one batch with those of sockets."""

import asyncio
from concurrent.futures import TimeoutError as TooLate

from rooms import places
from rooms.actions.saying import say
from rooms.commands import Post
from rooms.errors import Unavailable
from rooms.live import worker
from rooms.live.client import Client
from rooms.live.standing import Standing
from rooms.live.worker import LiveWorker

# Seconds that a thread waits for the writer. Whether it was posted is not known then.
PATIENCE = 20.0


def post(standing: Standing, *, body: str, client_id: str) -> None:
    """Post a message, from a thread that serves a page. With a known `client_id` it is the same message.

    Raises what a socket's post is refused with.
    """
    live = worker.of_this_process()
    if live is None:  # a server without sockets, which has no writer
        say(room=standing.member.room, by=standing.member.user, body=body, client_id=client_id)
        return
    command = Post(client_id=client_id, body=body)
    with places.given_up():
        posted = asyncio.run_coroutine_threadsafe(_post(live, standing, command), live.loop)
        try:
            posted.result(PATIENCE)
        except TooLate:
            posted.cancel()
            raise Unavailable from None


async def _post(live: LiveWorker, standing: Standing, command: Post) -> None:
    client = Client(socket_id=live.new_socket_id(), sender=_Nobody())
    client.is_connected = False
    client.stand(standing.member, epoch=standing.epoch, now=standing.now)
    client.require_voice()
    async with live.hub.entering(standing.member) as room:
        await live.writer.post(client=client, room=room, command=command)


class _Nobody:
    """A Sender to nobody: the outcome is waited for."""

    def send(self, payloads: object) -> None:
        """Nothing is sent to a client that is attached to no room."""

    async def drain(self) -> None:
        """Nothing is on its way."""

    def close(self, code: int) -> None:
        """There is nothing to close."""

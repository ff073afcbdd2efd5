"""The socket of a room: let in, listen, perform, answer.

No room logic here, no ORM and no channel layer: a socket joins its room's channel group through the
hub, which is a member of it once for all the sockets of this worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer
from django.conf import settings
from django.db import Error
from django.http.cookie import parse_cookie

from rooms import (
    addresses,
    bot_keys,
    codes,
    commands,
    limits,
    origins,
    protocol,
    refusal_counts,
    sessions,
)
from rooms.commands import Post, Refused
from rooms.errors import ChatError, NotMember, SignedOut
from rooms.live import calls, metrics, welcome, worker
from rooms.live.client import Client
from rooms.live.eviction import evict
from rooms.live.session import Session
from rooms.live.sockets import EXTENSION, DirectSender, QueuedSender
from rooms.protocol import Close
from rooms.refusals.frames import NotText

logger = logging.getLogger(__name__)

# Frames in a row that could not be taken before a socket is given up; one is forgiven a second.
BAD_FRAMES = limits.Rate(burst=50, per_second=1)
# Bytes a client may send before its welcome; nobody knows yet whether it may send any.
EARLY = 4 * commands.MAX_CLIENT_FRAME
_EARLY_FRAME = 1024  # what one frame costs beside its bytes

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class RoomConsumer(AsyncConsumer):
    """One socket. On our own server its frames are handed over as they are read from the wire."""

    session: Session | None = None  # until it is let in

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        key = _bearer(scope)
        # No page can send that header with a socket: it says more than where the page is from.
        if key is None and not origins.is_own(
            scheme=scope.get("scheme", "ws"), headers=scope["headers"]
        ):
            await send({"type": "websocket.close"})  # before it is accepted: 403
            return
        direct = (scope.get("extensions") or {}).get(EXTENSION)
        self.worker = worker.current()
        self.client = Client(
            socket_id=self.worker.new_socket_id(),
            sender=DirectSender(direct) if direct else QueuedSender(send),
        )
        self.address = addresses.of_scope(scope)
        self.early: list[tuple[bytes | str, bool]] = []  # what it says before it is let in
        self.early_size = 0
        self.bad_frames = limits.Bucket(BAD_FRAMES)
        self.intake = limits.Intake(address=self.address)
        try:
            if direct:
                direct.pace(self.intake)
                direct.on_message(self.received)
            await send({"type": "websocket.accept"})
            await self.enter(scope, key)
            while (event := await receive())["type"] == "websocket.receive":
                text = event.get("text")
                self.received(event["bytes"] if text is None else text, text is None)
                if wait := self.intake():  # another server: our own charges what it reads
                    await asyncio.sleep(wait)
        finally:
            # Whatever happened above: a socket that is gone is nobody's presence.
            if self.session is not None:
                self.worker.hub.detach(self.session.room, self.client)
            self.worker.door.vanished(self.client.socket_id)

    async def enter(self, scope: dict[str, Any], key: str | None) -> None:
        """Authorise, become present, be told what was missed. `key` is the one that a bot came with."""
        session = _session_key(scope) if key is None else bot_keys.proof(key)
        query = parse_qs(scope["query_string"].decode("latin1"))
        code = codes.normalize(scope["url_route"]["kwargs"]["code"])
        client = self.client
        try:
            limits.table.connecting.require(self.address)
            if key is not None and not session:
                raise SignedOut
            if not session or not code:
                raise NotMember
            known = query.get("room", [""])[0]
            client.takes_crowds = query.get("crowd", [""])[0] == "1"
            entrance = await self.worker.door.enter(calls.arrival(client, session, code, known))
            membership = entrance.membership
            calls.introduce(client, entrance)
            self.intake.person = client.author["id"]
            after = query.get("after", [""])[0]
            history = query.get("history", [""])[0]
            async with self.worker.hub.entering(membership) as room:
                same = known == membership.room.public_id and history in {"", room.history}
                await welcome.enter(
                    hub=self.worker.hub,
                    threads=self.worker.threads,
                    room=room,
                    client=client,
                    after=int(after) if same and after.isdecimal() and len(after) < 16 else None,
                )
                self.session = Session(
                    worker=self.worker, room=room, client=client, address=self.address
                )
        except ChatError as error:
            evict(client, error)
            return
        except Exception as error:
            # Whatever it was, the client is told to come back.
            bug = None if isinstance(error, Error) else error
            where = {"socket": client.socket_id}
            logger.warning("not welcomed: %s", error, extra=where, exc_info=bug)
            client.sender.close(Close.BUSY)
            return
        early, self.early = self.early, []
        for data, is_binary in early:
            self.received(data, is_binary)

    def received(self, data: bytes | str, is_binary: bool) -> None:
        """One frame, as it came. Never raises."""
        if self.session is None:
            self.early.append((data, is_binary))
            self.early_size += _EARLY_FRAME + len(data)
            if self.early_size > EARLY:
                self.early.clear()
                self.client.sender.close(Close.BUSY)
            return
        try:
            if is_binary:
                raise Refused(NotText())
            command = commands.parse(data, body_max=settings.CHAT_BODY_MAX)
        except Refused as refused:
            self.refuse(refused.error, ref=refused.ref, client_id=refused.client_id)
            metrics.bad_frames.inc()
            if self.bad_frames.take():
                self.client.sender.close(Close.TOO_MANY_BAD_FRAMES)
            return
        try:
            self.session.perform(command)
        except ChatError as error:
            client_id = command.client_id if isinstance(command, Post) else None
            self.refuse(error, ref=command.ref, client_id=client_id)

    def refuse(self, error: ChatError, *, ref: str | None, client_id: str | None) -> None:
        refusal_counts.note(error)
        self.client.sender.send([protocol.error(error, ref=ref, client_id=client_id)])


def _bearer(scope: dict[str, Any]) -> str | None:
    """The key that a bot came with, whatever it is; None for who comes otherwise."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return bot_keys.bearer(value.decode("latin1"))
    return None


def _session_key(scope: dict[str, Any]) -> str:
    """The session's key; "" for what cannot be one, as it goes into a query with those of others."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            # Read as the pages read it: an odd cookie of another site's does not hide ours.
            key = parse_cookie(value.decode("latin1")).get(settings.SESSION_COOKIE_NAME, "")
            return key if sessions.may_be_key(key) else ""
    return ""

"""The Redis channel layer, made cheaper for a busy worker.

channels_redis publishes one message, waits for the answer, and publishes the next. A worker that has
committed a batch has a message for each of its rooms. And a process receives what it sends to a group
that it is in, though it has shown that to its own sockets already.
"""

import asyncio
import logging
import math
import secrets
from collections.abc import Sequence
from typing import Any, cast

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close, decode_hosts
from cryptography.fernet import InvalidToken
from hiredis import pack_command
from redis.asyncio import Connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_MARK = 8  # bytes before each message that say which process sent it
_RETRY = 0.2  # seconds between two attempts to listen


class PubSubLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """channels_redis's pub/sub layer with `group_send_many`.

    Unlike there, a process does not receive what it sent itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark = secrets.token_bytes(_MARK)

    def serialize(self, message: dict[str, Any]) -> bytes:
        data: bytes = super().serialize(message)
        return self.mark + data

    def deserialize(self, message: bytes) -> dict[str, Any]:
        """Raises ValueError for a message that was encrypted with another key, or is none of a layer's."""
        try:
            content: dict[str, Any] = super().deserialize(message[_MARK:])
        except InvalidToken:
            raise ValueError("encrypted with another key, or not at all") from None
        return content

    async def group_send_many(self, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Send each (group, message), in order for each Redis server; one write to each."""
        layer = self._get_layer()
        by_shard: dict[Shard, list[tuple[str, bytes]]] = {}
        for group, message in messages:
            name = layer._get_group_channel_name(group)
            by_shard.setdefault(layer._get_shard(name), []).append((name, self.serialize(message)))
        for shard, pairs in by_shard.items():
            await shard.publish_many(pairs)

    def _get_layer(self) -> "LoopLayer":
        loop = asyncio.get_running_loop()
        layer: LoopLayer | None = self._layers.get(loop)
        if layer is None:
            layer = self._layers[loop] = LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return layer


class LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]
    """The layer's connections for one event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shards: list[Shard] = [
            # RESP3 would have redis-py format each message for a debug log.
            Shard({**host, "protocol": 2}, self)
            for host in decode_hosts(kwargs["hosts"])
        ]


class Shard(RedisSingleShardConnection):  # type: ignore[misc]
    """One Redis server: a connection that publishes, and one that listens.

    The base class listens by `PubSub.get_message`, which spends 25 µs on each message, for a timer, a
    closure for another try, and a log line that is never written. Here a broken listener is replaced
    instead.
    """

    _publisher: "Connection | None" = None
    _listener: "Connection | None" = None
    _receive_task: "asyncio.Task[None] | None" = None

    async def publish_many(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        """Publish each (name, message) without waiting for Redis to confirm it.

        If Redis restarts at that moment, a notification is lost: the log has the change itself.
        """
        async with self._lock:
            if self._publisher is None:
                self._publisher = await self._connect()
                await self._publisher.send_command("CLIENT REPLY", "OFF")
            try:
                await _send(self._publisher, [("PUBLISH", name, data) for name, data in pairs])
            except BaseException:
                # It would connect again by itself, and then get answers that nobody reads.
                publisher, self._publisher = self._publisher, None
                await publisher.disconnect(nowait=True)
                raise

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel, also over later connections. Raises what redis-py raises."""
        async with self._lock:
            if channel not in self._subscribed_to:
                await _send(await self._listening(), [("SUBSCRIBE", channel)])
                self._subscribed_to.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        async with self._lock:
            self._subscribed_to.discard(channel)
            if self._listener is not None:
                await _send(self._listener, [("UNSUBSCRIBE", channel)])

    async def flush(self) -> None:
        publisher, self._publisher = self._publisher, None
        listener, self._listener = self._listener, None
        await super().flush()  # ends the task that receives
        for connection in (publisher, listener):
            if connection is not None:
                await connection.disconnect()

    async def _connect(self) -> Connection:
        self._ensure_redis()
        connection: Connection = self._redis.connection_pool.make_connection()
        await connection.connect()  # type: ignore[no-untyped-call]
        connection.socket_timeout = None  # callers that send have a timeout; a listener needs none
        return connection

    async def _listening(self) -> Connection:
        """Return the connection that listens, subscribed to every channel. Needs the lock."""
        if self._listener is None:
            connection = await self._connect()
            if self._subscribed_to:
                await _send(connection, [("SUBSCRIBE", *self._subscribed_to)])
            self._listener = connection
            if self._receive_task is None:
                self._receive_task = asyncio.ensure_future(self._do_receiving())
        return self._listener

    async def _do_receiving(self) -> None:
        while True:
            try:
                async with self._lock:
                    listener = await self._listening()
            except (RedisError, OSError):  # whoever needs the connection reports it
                await asyncio.sleep(_RETRY)
                continue
            try:
                await self._receive_from(listener)
            except (RedisError, OSError) as error:
                logger.warning("subscription lost: %r", error)
            except Exception:
                logger.exception("subscription broken")
            self._listener = None
            await listener.disconnect(nowait=True)
            await asyncio.sleep(_RETRY)

    async def _receive_from(self, listener: Connection) -> None:
        mark = self.channel_layer.channel_layer.mark
        while True:
            # Messages that arrived together are read in one turn of the loop.
            reply = await listener.read_response(timeout=math.inf, push_request=True)
            # Its own messages are dropped before they cost a queue, a task's turn and a decoding.
            if reply[0] == b"message" and not reply[2].startswith(mark):
                self._receive_message({"channel": reply[1], "data": reply[2]})


async def _send(connection: Connection, commands: Sequence[tuple[str | bytes, ...]]) -> None:
    data = b"".join([pack_command(cast(Any, command)) for command in commands])
    await connection.send_packed_command(data, check_health=False)

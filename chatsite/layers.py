"""The Redis channel layer, made cheaper where a busy worker feels it.

channels_redis publishes one message, waits for the answer, publishes the next; a worker that has
committed a batch has a doorbell for each of its rooms. And what a process sends to a group it is in
itself comes back to it, though it has shown it to its own sockets already.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from channels_redis.pubsub import (
    RedisPubSubChannelLayer,
    RedisPubSubLoopLayer,
    RedisSingleShardConnection,
)
from channels_redis.utils import _wrap_close, decode_hosts
from hiredis import pack_command
from redis.asyncio import Connection

_MARK = 8  # bytes in front of each message that tell which process sent it


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
        content: dict[str, Any] = super().deserialize(message[_MARK:])
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
    """What the layer keeps for one event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shards: list[Shard] = [Shard(host, self) for host in decode_hosts(kwargs["hosts"])]


class Shard(RedisSingleShardConnection):  # type: ignore[misc]
    """One Redis server."""

    _publisher: "Connection | None" = None

    async def publish_many(self, pairs: Sequence[tuple[str, bytes]]) -> None:
        """Publish each (name, message) without waiting for Redis to say that it has.

        What is lost when Redis restarts at that moment is a doorbell: the log has what it was for.
        """
        data = b"".join([pack_command(_words("PUBLISH", name, message)) for name, message in pairs])
        async with self._lock:
            if self._publisher is None:
                self._publisher = await self._connect()
            try:
                await self._publisher.send_packed_command(data, check_health=False)
            except BaseException:
                # It would connect again by itself, and then with answers nobody reads.
                publisher, self._publisher = self._publisher, None
                await publisher.disconnect(nowait=True)
                raise

    async def _connect(self) -> Connection:
        self._ensure_redis()
        connection: Connection = self._redis.connection_pool.make_connection()
        await connection.connect()  # type: ignore[no-untyped-call]
        await connection.send_command("CLIENT REPLY", "OFF")
        return connection

    async def flush(self) -> None:
        if self._publisher is not None:
            publisher, self._publisher = self._publisher, None
            await publisher.disconnect()
        await super().flush()

    def _receive_message(self, message: dict[str, Any] | None) -> None:
        # Dropped before it costs a queue, a task's turn and a decoding.
        if message is not None and not message["data"].startswith(
            self.channel_layer.channel_layer.mark
        ):
            super()._receive_message(message)


def _words(*words: str | bytes) -> Any:
    """A command for hiredis, whose type hints know commands of one word only."""
    return words

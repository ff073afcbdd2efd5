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

# One command and one answer for any number of messages.
_PUBLISH_MANY = """
for i = 1, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end
return #ARGV / 2
"""
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
        """Send each (group, message), in order for each Redis server; one round trip to each."""
        layer = self._get_layer()
        by_shard: dict[Any, list[bytes | str]] = {}
        for group, message in messages:
            name = layer._get_group_channel_name(group)
            by_shard.setdefault(layer._get_shard(name), []).extend((name, self.serialize(message)))
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

    async def publish_many(self, pairs: Sequence[bytes | str]) -> None:
        """Publish name, message, name, message, …"""
        async with self._lock:
            self._ensure_redis()
            if len(pairs) == 2:
                await self._redis.publish(*pairs)
            else:
                await self._redis.eval(_PUBLISH_MANY, 0, *pairs)

    def _receive_message(self, message: dict[str, Any] | None) -> None:
        # Dropped before it costs a queue, a task's turn and a decoding.
        if message is not None and not message["data"].startswith(
            self.channel_layer.channel_layer.mark
        ):
            super()._receive_message(message)

"""The Redis channel layer by itself, on a real Redis: who hears what, and after what."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import redis.asyncio
from redis.exceptions import ConnectionError as RedisAway

from chatsite.server.layer import PubSubLayer
from tests.support.services import RedisServer

pytestmark = pytest.mark.usefixtures("own_redis")


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
async def layers(own_redis: RedisServer) -> AsyncIterator[list[PubSubLayer]]:
    layers = [PubSubLayer(hosts=[own_redis.url]) for _ in range(2)]
    yield layers
    for layer in layers:
        await layer.flush()


async def _joined(layer: PubSubLayer, *groups: str) -> str:
    channel: str = await layer.new_channel()
    for group in groups:
        await layer.group_add(group, channel)
    return channel


async def _heard_again(teller: PubSubLayer, hearer: PubSubLayer, channel: str) -> None:
    """Tell it until it is heard: nobody can say when a subscription is back."""
    hearing = asyncio.ensure_future(hearer.receive(channel))
    async with asyncio.timeout(10):
        while not hearing.done():
            await teller.group_send("room", {"type": "again"})
            await asyncio.wait([hearing], timeout=0.05)
    assert hearing.result() == {"type": "again"}


async def test_a_process_hears_others_and_not_itself(layers: list[PubSubLayer]) -> None:
    mine, other = layers
    channel = await _joined(mine, "room", "hall")
    await mine.group_send("room", {"type": "from me"})
    await mine.group_send_many([("hall", {"type": "from me"}), ("room", {"type": "from me"})])
    told = [(group, {"type": f"{group} {n}"}) for n in range(100) for group in ("room", "hall")]
    await other.group_send_many([("cellar", {"type": "elsewhere"}), *told])
    async with asyncio.timeout(10):
        assert [await mine.receive(channel) for _ in told] == [message for _, message in told]


async def test_a_group_that_was_left_is_not_heard(layers: list[PubSubLayer]) -> None:
    mine, other = layers
    channel = await _joined(mine, "room", "hall")
    await mine.group_discard("room", channel)
    await other.group_send_many([("room", {"type": "late"}), ("hall", {"type": "here"})])
    async with asyncio.timeout(10):
        assert await mine.receive(channel) == {"type": "here"}


async def test_a_subscription_that_is_cut_comes_back(
    own_redis: RedisServer, layers: list[PubSubLayer]
) -> None:
    mine, other = layers
    channel = await _joined(mine, "room")
    async with redis.asyncio.from_url(own_redis.url) as client:
        assert await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") == 1
        await _heard_again(other, mine, channel)
        # On one connection, with what it was subscribed to and no more.
        assert len(await client.client_list(_type="pubsub")) == 1
        assert len(await client.pubsub_channels()) == 2


async def _join_and_leave(layer: PubSubLayer, channel: str) -> None:
    """Until it fails: the first subscription may still be written, and is kept for later."""
    async with asyncio.timeout(10):
        while True:
            await layer.group_add("hall", channel)
            await layer.group_discard("hall", channel)


async def test_a_redis_that_went_away_is_missed_and_found_again(
    own_redis: RedisServer, layers: list[PubSubLayer]
) -> None:
    mine, other = layers
    channel = await _joined(mine, "room")
    own_redis.stop()
    with pytest.raises(RedisAway):
        await _join_and_leave(mine, channel)
    own_redis.start()
    await _heard_again(other, mine, channel)
    await mine.group_add("hall", channel)
    await other.group_send("hall", {"type": "hall"})
    async with asyncio.timeout(10):
        while await mine.receive(channel) != {"type": "hall"}:
            pass


OLD, NEW = "o" * 32, "n" * 32
# Who is understood by each.
SAME = {"none": "plain", "old": "old, new", "new": "new, old"}


@pytest.fixture
async def keyed(own_redis: RedisServer) -> AsyncIterator[dict[str, PubSubLayer]]:
    """By their keys. Two have none."""
    layers = {
        name: PubSubLayer(hosts=[own_redis.url], symmetric_encryption_keys=keys)
        for name, keys in {
            "none": [],
            "plain": [],
            "old": [OLD],
            "old, new": [OLD, NEW],
            "new, old": [NEW, OLD],
            "new": [NEW],
        }.items()
    }
    yield layers
    for layer in layers.values():
        await layer.flush()


@pytest.mark.parametrize(
    ("teller", "hearer"),
    [("old", "old, new"), ("old, new", "old"), ("old, new", "new, old"), ("new, old", "new")],
)
async def test_one_key_follows_another(
    keyed: dict[str, PubSubLayer], teller: str, hearer: str
) -> None:
    channel = await _joined(keyed[hearer], "room")
    await keyed[teller].group_send("room", {"type": "said", "body": "hello"})
    async with asyncio.timeout(10):
        assert await keyed[hearer].receive(channel) == {"type": "said", "body": "hello"}


@pytest.mark.parametrize(("teller", "hearer"), [("none", "old"), ("old", "none"), ("old", "new")])
async def test_what_has_another_key_is_passed_over(
    keyed: dict[str, PubSubLayer], teller: str, hearer: str
) -> None:
    channel = await _joined(keyed[hearer], "room")
    await keyed[teller].group_send("room", {"type": "said"})
    async with asyncio.timeout(10):
        with pytest.raises(ValueError, match=r"another key|Extra|unpack"):
            await keyed[hearer].receive(channel)
    async with asyncio.timeout(10):  # and what comes after it is heard
        await keyed[SAME[hearer]].group_send("room", {"type": "again"})
        assert await keyed[hearer].receive(channel) == {"type": "again"}


async def test_who_listens_at_redis_reads_what_has_no_key(
    own_redis: RedisServer, keyed: dict[str, PubSubLayer]
) -> None:
    async with redis.asyncio.from_url(own_redis.url) as client, client.monitor() as monitor:
        for name in ("none", "new, old"):
            await keyed[name].group_send_many([("room", {"type": f"{name}: hello"})])
        seen: list[str] = []
        async with asyncio.timeout(10):
            while sum("PUBLISH" in command for command in seen) < 2:
                seen.append((await monitor.next_command())["command"])
    plain, sealed = [command for command in seen if "PUBLISH" in command]
    assert "hello" in plain
    assert "hello" not in sealed

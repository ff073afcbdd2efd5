from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.support.https import Authority
from tests.support.pushservice import PushService
from tests.support.services import RedisServer
from tests.support.workers import Site


@pytest.fixture(scope="session")
def hasty_redis() -> Iterator[RedisServer]:
    """The Redis of `hasty`: stop it, and start it again."""
    with RedisServer() as server:
        yield server


@pytest.fixture
async def push_service(authority: Authority) -> AsyncIterator[PushService]:
    """A push service that the workers of `hasty` and `cluster` may reach."""
    async with PushService(authority) as service:
        yield service


@pytest.fixture(scope="session")
def hasty(
    _new_site: Callable[..., Site], hasty_redis: RedisServer, authority: Authority
) -> Iterator[Site]:
    """Two workers that wait a second or two where others wait ten or more, and that a test may
    kill: it starts them again. What goes through their Redis is encrypted."""
    settings = {"CHAT_LEAVE_GRACE": "2", "CHAT_ROOM_GRACE": "1"}
    settings |= {"CHAT_REDIS_KEYS": "k" * 32}
    settings |= authority.settings
    with _new_site(workers=2, postgres=True, redis_url=hasty_redis.url, settings=settings) as site:
        yield site


@pytest.fixture(params=["site", "cluster"])
def stage(request: pytest.FixtureRequest) -> Site:
    """Both deployments there are: one worker on SQLite, two on PostgreSQL and Redis."""
    site: Site = request.getfixturevalue(request.param)
    return site

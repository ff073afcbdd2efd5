"""A class opens a room's link at once, from one address, with all limits on."""

import asyncio

import pytest

from tests.support.plugin import StartSite
from tests.support.services import RedisServer

CLASS = 60


@pytest.mark.parametrize("postgres", [False, True], ids=["SQLite", "PostgreSQL and Redis"])
async def test_a_class_comes_in_at_once_and_nobody_is_refused(
    start_site: StartSite, redis_server: RedisServer, postgres: bool
) -> None:
    redis = {"postgres": True, "redis_url": redis_server.url} if postgres else {}
    site = start_site(settings={"CHAT_RATE_LIMITS": "on"}, **redis)
    async with site.visitor("Teacher") as teacher:
        code = await teacher.create()
        async with teacher.socket(code) as hers:
            pupils = [site.visitor(f"Pupil {number}") for number in range(CLASS)]

            async def come(number: int) -> int:
                async with pupils[number] as pupil:
                    page = await pupil.get(f"/rooms/{code}/")
                    assert page.status_code == 200
                    await pupil.join(code)
                    room = await pupil.get(f"/rooms/{code}/")
                    assert "data-room-id" in room.text
                    async with pupil.socket(code) as socket:
                        await socket.until(lambda view: "welcome, all" in view.bodies)
                        return number

            coming = [asyncio.ensure_future(come(number)) for number in range(CLASS)]
            await hers.until(lambda view: len(view.names) == CLASS + 1)
            await hers.post("welcome, all")
            assert sorted(await asyncio.gather(*coming)) == list(range(CLASS))

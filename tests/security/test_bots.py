"""Two bots that answer each other do so for ever: the limits see to it that people hardly notice."""

from rooms import limits
from tests.live.members import members_of_a_room
from tests.live.test_api import api_of
from tests.live.test_bots import make_bot
from tests.support.client import RoomSocket
from tests.support.workers import Site


async def test_a_bot_is_slowed_down_sooner_than_people(strict: Site) -> None:
    burst = int(limits.table.posting_as_bot.rate.burst)
    async with members_of_a_room(strict, "Ada") as [ada]:
        bot = await make_bot(strict, ada)
        async with RoomSocket(bot, ada.code) as builds:
            for number in range(3 * burst):
                post = {"type": "post", "client_id": f"{number}", "body": f"round {number}"}
                await builds.send(post)
                await ada.send(post)
            error = await builds.frame(lambda frame: frame["type"] == "error")
            assert error["code"] == "rate_limited"
            assert error["retry_after"] > 0
            async with api_of(bot) as api:
                there = f"/rooms/{ada.code}/messages"
                refused = await api.post(there, json={"body": "another way"})
                assert refused.status_code == 429, "what it may say is one number, however it asks"
                assert refused.json()["error"]["code"] == "rate_limited"
                assert int(refused.headers["Retry-After"]) >= 1
            await ada.post("people are not in the way")
            assert not [frame for frame in ada.received if frame["type"] == "error"]

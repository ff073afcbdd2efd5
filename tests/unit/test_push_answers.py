"""What a push service answers, and when it is asked again."""

from datetime import timedelta

import pytest
from yarl import URL

from rooms.live import pusher
from rooms.models import PushSubscription
from rooms.outbound.client import Answer
from rooms.outbound.outcomes import OutboundError, Outcome
from tests.support.push_keys import BrowserKeys


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("120", True),
        ("Fri, 01 Jan 2100 00:00:00 GMT", True),
        ("Fri, 01 Jan 2100 00:00:00 -0000", True),
        ("Fri, 01 Jan 2100 00:00:00", True),
        ("1 Jan 2100 00:00:00 +99999999999999999999", False),
        ("Fri, 01 Jan 99999 00:00:00 GMT", False),
        ("9" * 400, False),
        ("-1", False),
        ("soon", False),
        ("", False),
    ],
)
def test_a_time_is_understood_or_left_to_us(said: str, known: bool) -> None:
    result = pusher._read(503, said)
    assert result.may_change
    assert (result.wait is not None and result.wait > timedelta()) == known


def test_a_time_that_is_over_is_now() -> None:
    assert pusher._read(429, "Mon, 01 Jan 2001 00:00:00 GMT").wait == timedelta()


class Client:
    """Sends nothing: every request has the same end."""

    def __init__(self, end: Answer | OutboundError) -> None:
        self._end = end
        self.asked: list[str] = []

    async def request(self, method: str, url: str, **options: object) -> Answer:
        self.asked.append(url)
        if isinstance(self._end, OutboundError):
            raise self._end
        return self._end


async def names(end: Answer | OutboundError, *urls: str) -> list[str]:
    """Notify these endpoints, one after the other; what became of each."""
    sender = pusher.Pusher()
    sender._client = Client(end)
    found = []
    for url in urls:
        target = PushSubscription(
            origin="https://chat.example.org", **BrowserKeys().subscription(url)
        )
        result = await sender._request(target, b"hello", urgent=False, topic="room")
        found.append(result.name)
    assert len(sender._client.asked) == len(found) - found.count("resting")
    return found


async def test_a_push_service_that_only_fails_is_left_alone_for_a_while() -> None:
    a, b = "https://a.example.net/1", "https://b.example.net/1"
    down = OutboundError(Outcome.UNREACHABLE)
    expected = ["unreachable"] * pusher.FAILURES + ["resting", "unreachable"]
    assert await names(down, *[a] * (pusher.FAILURES + 1), b) == expected


async def test_a_push_service_that_refuses_is_complained_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = Answer(403, {}, b"", URL("https://a.example.net/1"))
    found = await names(refused, *[str(refused.url)] * 3)
    assert found == ["rejected"] * 3
    assert len(caplog.records) == 1
    assert "a.example.net refuses notifications: 403" in caplog.text

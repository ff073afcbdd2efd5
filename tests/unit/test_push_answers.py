"""When a push service wants to be asked again: whatever it says, it is asked again."""

from datetime import timedelta

import pytest

from rooms.live import pusher


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

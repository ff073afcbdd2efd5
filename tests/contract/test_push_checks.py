"""`manage.py check` says what web push lacks."""

from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.checks import Tags

from rooms import vapid

KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"


@pytest.fixture(autouse=True)
def _no_key_from_before() -> Any:
    vapid.key.cache_clear()
    yield
    vapid.key.cache_clear()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, []),
        ({"REDIS_URL": "redis://127.0.0.1"}, ["rooms.W002"]),
        ({"REDIS_URL": "redis://127.0.0.1", "CHAT_VAPID_KEY": KEY}, []),
        ({"REDIS_URL": "redis://127.0.0.1", "CHAT_PUSH": "off"}, []),
        ({"REDIS_URL": "redis://127.0.0.1", "CHAT_OUTBOUND": False}, []),
        ({"CHAT_VAPID_KEY": "nonsense"}, ["rooms.W001"]),
        ({"DATA_DIR": Path("/dev/null/data")}, ["rooms.W001"]),
    ],
)
def test_the_check_before_a_deployment_says_what_is_missing(
    settings: Any, wanted: dict[str, Any], found: list[str]
) -> None:
    for name, value in wanted.items():
        setattr(settings, name, value)
    said = checks.run_checks(tags=[Tags.security], include_deployment_checks=True)
    assert [message.id for message in said if message.id.startswith("rooms.")] == found

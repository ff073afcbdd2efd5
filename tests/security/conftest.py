from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.conftest import _no_rate_limits, ada, ben, person  # noqa: F401
from tests.security.going_out import LOOPBACK
from tests.support.plugin import StartSite
from tests.support.workers import Site


@pytest.fixture(scope="session")
def strict(_new_site: StartSite) -> Iterator[Site]:
    """One worker with its rate limits on, as it is served; no proxy is believed. Shared."""
    with _new_site(settings={"CHAT_RATE_LIMITS": "on"}) as site:
        yield site


@pytest.fixture
def allowed(settings: Any) -> None:
    """The site may send requests to this machine."""
    settings.CHAT_OUTBOUND_ALLOW = LOOPBACK

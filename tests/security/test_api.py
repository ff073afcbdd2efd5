"""What stands around the pages stands around the API, too: hosts, ids, headers, limits."""

from typing import Any

import httpx
import pytest
from django.test import override_settings

from chatsite.web.around import Around
from rooms import bot_keys, limits
from rooms.api.application import ApiApplication

CALLER = "192.0.2.7"


async def ask(path: str = "/openapi.json", **headers: str) -> httpx.Response:
    """Ask the API in this process. Nothing that is asked here needs a database."""
    application: Any = Around(ApiApplication(is_draining=lambda: False))
    transport = httpx.ASGITransport(application, client=(CALLER, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        return await client.get(f"/api/v1{path}", headers=headers)


@pytest.fixture(autouse=True)
def _host(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]


@pytest.mark.parametrize("host", ["evil.example", "chat.example.evil.example", "chat.example@evil"])
async def test_a_host_that_is_not_ours_is_served_nothing(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ask(host=host)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_frame"
    assert host not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert [record.name for record in caplog.records] == ["django.security.DisallowedHost"]


async def test_an_answer_has_the_id_of_its_request() -> None:
    assert (await ask(**{"x-request-id": "a1-b2"})).headers["X-Request-ID"] == "a1-b2"
    forged = await ask(**{"x-request-id": 'id"}'})
    assert len(forged.headers["X-Request-ID"]) == 16


async def test_an_answer_has_the_headers_of_every_answer_and_stricter_ones() -> None:
    for answer in (await ask(), await ask("/nowhere"), await ask("/me")):
        policy = answer.headers["Content-Security-Policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers


@override_settings(
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=3600,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
)
async def test_behind_tls_it_is_https_or_nothing() -> None:
    plain = await ask("/me")
    assert plain.headers["Location"] == "https://chat.example/api/v1/me"
    secure = await ask(**{"x-forwarded-proto": "https"})
    assert secure.status_code == 200
    assert secure.headers["Strict-Transport-Security"] == "max-age=3600"


async def test_an_address_that_asks_too_fast_is_told_when_to_come_back(settings: Any) -> None:
    settings.CHAT_RATE_LIMITS = True
    limits.table.connecting.require(CALLER, limits.table.connecting.rate.burst)
    await _is_slowed_down()
    limits.table.connecting.forget()
    assert (await ask()).status_code == 200


async def test_a_key_that_reads_too_fast_is_told_when_to_come_back(settings: Any) -> None:
    settings.CHAT_RATE_LIMITS = True
    key = bot_keys.make()
    limits.table.paging.require(bot_keys.proof(key), limits.table.paging.rate.burst)
    await _is_slowed_down("/me", authorization=f"Bearer {key}")
    limits.table.paging.forget()


async def _is_slowed_down(path: str = "/openapi.json", **headers: str) -> None:
    refused = await ask(path, **headers)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "rate_limited"
    assert refused.json()["error"]["retry_after"] > 0
    assert int(refused.headers["Retry-After"]) >= 1
    assert "X-Request-ID" in refused.headers

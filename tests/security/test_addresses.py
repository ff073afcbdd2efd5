"""Limits by address count the address somebody has, not one they wrote."""

import httpx
import pytest

from rooms import addresses
from tests.support.client import FormRefused, Visitor
from tests.support.workers import Site

FORGED = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "CF-Connecting-IP",
    "Client-IP",
)


async def test_a_written_address_is_no_way_round_a_limit(strict: Site) -> None:
    """A worker that was not told of a proxy believes none."""
    statuses = []
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.88")
    async with Visitor(strict.url, "Eve") as eve:
        eve.http = httpx.AsyncClient(transport=transport, trust_env=False)
        for number in range(24):
            address = f"203.0.113.{number}"
            eve.http.headers.update(
                dict.fromkeys(FORGED, address) | {"Forwarded": f"for={address}"}
            )
            with pytest.raises(FormRefused) as refusal:
                await eve.join("ZZZZ")
            statuses.append(refusal.value.status)
        wait = int(refusal.value.response.headers["Retry-After"])
    assert statuses == [404] * 20 + [429] * 4
    assert 1 <= wait <= 6
    # And the limit is hers: somebody at another address is not in her way.
    async with Visitor(strict.url, "Bob") as bob:
        with pytest.raises(FormRefused) as refusal:
            await bob.join("ZZZZ")
        assert refusal.value.status == 404


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:443", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.7, 10.0.0.1", ""),
        ("999.1.1.1", ""),
        ("\r\n", ""),
        ("2001:db8::1%" + "x" * 10_000, ""),
    ],
)
def test_a_place_is_an_address_or_a_network_of_ipv6(written: str, place: str) -> None:
    assert addresses.network(written) == place

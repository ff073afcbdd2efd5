"""Which addresses and URLs the site may send a request to: judged by what they are, before anything is sent."""

from ipaddress import ip_address, ip_network

import pytest

from rooms.outbound import addresses

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.0.1.1",
    "168.63.129.17",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "2400:cb00::1",
    "2001:200::1",
    "64:ff9b::8.8.8.8",
]

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::10.0.0.1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::168.63.129.16",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "0177.0.0.1",
    "127.1",
    "2130706433",
    "localhost",
]

URLS = [
    ("https://push.example.net/a?b=c", ""),
    ("https://1.1.1.1/", ""),
    ("https://[2606:4700:4700::1111]/", ""),
    ("http://push.example.net/", "not https"),
    ("ftp://push.example.net/", "not https"),
    ("file:///etc/passwd", "not https"),
    ("//push.example.net/", "not https"),
    ("https:///", "no host"),
    ("https://push.example.net:80/", "another port"),
    ("https://push.example.net:0/", "another port"),
    ("https://push.example.net:99999/", "not a URL"),
    ("https://ada@push.example.net/", "a user name"),
    ("https://ada:@push.example.net/", "a user name"),
    ("https://@push.example.net/", "a user name"),
    ("https://push.example.net\\@127.0.0.1/", "characters"),
    ("https://push.example.net /", "characters"),
    ("https://push.example.net/\r\nHost: a", "characters"),
    ("https://push。example。net/", "characters"),
    ("https://2130706433/", "odd notation"),
    ("https://0x7f000001/", "odd notation"),
    ("https://0x7f.1/", "odd notation"),
    ("https://0177.0.0.1/", "odd notation"),
    ("https://127.1/", "odd notation"),
    ("https://127.0.0.1./", "odd notation"),
    ("https://127.0.0.0x1/", "odd notation"),
    ("https://127.0.0.%31/", "not"),
    ("https://[fe80::1%25eth0]/", "zone"),
    ("https://a..b/", "not a host"),
    ("https://" + "a" * 64 + ".net/", "not a host"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_reached_on_the_usual_port(address: str) -> None:
    assert addresses.may_reach(address, 443, ports=(443,), allowed=())
    assert not addresses.may_reach(address, 22, ports=(443,), allowed=())


@pytest.mark.parametrize("address", PRIVATE)
def test_any_other_address_is_refused(address: str) -> None:
    assert not addresses.may_reach(address, 443, ports=(443,), allowed=())


def test_what_python_takes_for_global_is_not_enough() -> None:
    """Or our own table could go."""
    assert [ip for ip in map(ip_address, PRIVATE[: PRIVATE.index("fe80::1%eth0")]) if ip.is_global]


def test_an_operator_can_allow_a_network_of_theirs_on_any_port() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert addresses.may_reach("10.1.2.3", 8443, ports=(443,), allowed=allowed)
    assert addresses.may_reach("fd00::1", 8443, ports=(443,), allowed=allowed)
    assert not addresses.may_reach("10.2.2.3", 443, ports=(443,), allowed=allowed)


@pytest.mark.parametrize(("url", "reason"), URLS)
def test_a_url_is_judged_by_its_text_first(url: str, reason: str) -> None:
    if not reason:
        assert addresses.parse(url)
        return
    with pytest.raises(addresses.BadAddress, match=reason):
        addresses.parse(url)

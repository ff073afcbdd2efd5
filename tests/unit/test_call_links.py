"""The address of a call is one that a page can lead to without harm."""

import pytest

from rooms import call_links


@pytest.mark.parametrize(
    "link",
    [
        "https://meet.example.org/{room}",
        "https://meet.example.org/chat-{room}#config.startWithAudioMuted=true",
        "https://meet.example.org:8443/j/123?pwd=a%20b&room={room}",
        "https://xn--bcher-kva.example/x",
        "https://192.0.2.7/call",
    ],
)
def test_it_is_one_of_https_with_a_host(link: str) -> None:
    assert call_links.is_good(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://meet.example.org/",
        "//meet.example.org/",
        "javascript:alert(1)",
        "https:javascript:alert(1)",
        "data:text/html,x",
        "HTTPS://meet.example.org/",
        "https://",
        "https:///room",
        "https://ada:@meet.example.org/",
        "https://ada@meet.example.org/",
        "https://meet.example.org@evil.example/",
        "https://{room}.example.org/",
        "https://meet.example.org/{code}",
        "https://meet.example.org/a b",
        "https://meet.example.org/\n",
        'https://meet.example.org/"><script>',
        "https://meet.example.org\\@evil.example/",
        "https://mееt.example.org/",  # two letters are Cyrillic
        "https://-meet-/",
        "https://[::1/",
        "https://meet.example.org:99999/",
        "https://meet.example.org/" + "x" * 300,
    ],
)
def test_any_other_is_refused(link: str) -> None:
    assert not call_links.is_good(link)


def test_room_in_it_is_the_room_s_id() -> None:
    link = call_links.resolved("https://meet.example.org/{room}?{room}", room_id="r_90c4")
    assert link == "https://meet.example.org/r_90c4?r_90c4"

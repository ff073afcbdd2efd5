"""A socket is opened from a page of this very site, or not at all."""

import pytest
from pytest_django import Settings

from rooms import origins


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["chat.example", "127.0.0.1", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = []


def is_own(
    origin: str | None, *, host: str = "chat.example", scheme: str = "wss", **more: str
) -> bool:
    fields = {"host": host, **({} if origin is None else {"origin": origin}), **more}
    headers = [
        (name.replace("_", "-").encode(), value.encode("latin1")) for name, value in fields.items()
    ]
    return origins.is_own(scheme=scheme, headers=headers)


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("https://chat.example", "chat.example", "wss"),
        ("https://chat.example:443", "chat.example", "wss"),
        ("https://chat.example", "chat.example:443", "wss"),
        ("https://CHAT.example", "Chat.Example", "wss"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "ws"),
        ("http://[::1]:8000", "[::1]:8000", "ws"),
    ],
)
def test_its_own_pages_may(origin: str, host: str, scheme: str) -> None:
    assert is_own(origin, host=host, scheme=scheme)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "http://chat.example",  # another scheme
        "https://chat.example:8443",  # another port
        "https://evil.example",
        "https://evil.chat.example",
        "https://chat.example.evil.example",
        "https://chat.example@evil.example",
        "https://user@chat.example",
        "https://chat.example/",
        "https://chat.example/path",
        "https://chat.example?q=1",
        "https://chat.example#top",
        "https://chat.example:port",
        "https://chat.example:99999",
        "https://",
        "//chat.example",
        "chat.example",
        "file://chat.example",
        "chrome-extension://chat.example",
        "https://chat.example https://evil.example",
        "https://chät.example",
    ],
)
def test_others_may_not(origin: str | None) -> None:
    assert not is_own(origin)


def test_a_page_is_not_its_own_on_a_host_that_is_not_ours() -> None:
    assert not is_own("https://evil.example", host="evil.example")
    assert not is_own("https://", host="")


def test_the_proxy_says_which_scheme_when_it_is_trusted_to(settings: Settings) -> None:
    told = {"scheme": "ws", "x_forwarded_proto": "https"}
    assert not is_own("https://chat.example", **told)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert is_own("https://chat.example", **told)
    assert not is_own("http://chat.example", **told)
    assert not is_own("https://chat.example", scheme="ws", x_forwarded_proto="http")


def test_trusted_origins_may_as_they_may_post_forms(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://friend.example", "https://*.family.example"]
    assert is_own("https://friend.example")
    assert is_own("https://sister.family.example")
    assert not is_own("http://friend.example")
    assert not is_own("https://friend.example:8443")
    assert not is_own("https://my.friend.example")
    assert not is_own("http://sister.family.example")
    assert not is_own("https://notfamily.example")

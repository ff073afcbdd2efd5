"""What no form sends, in every field that a page reads: answered, and never with a server error."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.urls import URLPattern, URLResolver, get_resolver

from tests.http.conftest import NewPerson, Person

pytestmark = pytest.mark.django_db

# PostgreSQL has no NUL in a text, and no number as large as the second one; the third is a digit too.
ODD = ("a\x00b", "9" * 30, "²")
# Staff's pages are Django's; these two would end the session.
APART = ("admin/", "account/logout/", "account/delete/")
# After these the room is not the visitor's any more, or not under its code.
LAST = ("/manage/code/", "/manage/end/", "/leave/")


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not route.startswith(APART):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "^" not in route and not route.startswith(APART):
            yield "/" + route


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the fields that pages have looked for."""
    names: set[str] = set()
    get = QueryDict.get

    def noting(self: QueryDict, key: str, default: Any = None) -> Any:
        names.add(key)
        return get(self, key, default)

    monkeypatch.setattr(QueryDict, "get", noting)
    return names


@pytest.mark.parametrize("odd", ODD)
def test_no_field_and_no_address_breaks_a_page(
    ada: Person, person: NewPerson, asked: set[str], odd: str
) -> None:
    room, ben = ada.create(), person("Ben")
    ada.connect(room)
    ben.come_in(room)
    parts = {
        "<str:code>": room.code,
        "<str:who>": ben.user.public_id,
        "<str:verb>": "mute",
        "<str:public_id>": room.public_id,
        "<int:deed>": "1",
    }
    ada.client.raise_request_exception = False
    broken, reached = [], 0
    for route in sorted(routes(), key=lambda route: route.endswith(LAST)):
        usual = route
        for part, text in parts.items():
            usual = usual.replace(part, text)
        ways = [usual] if "<" not in usual else []
        ways += [
            way
            for part in parts
            if part in route and "<" not in (way := filled(route, parts | {part: quote(odd)}))
        ]
        for path in ways:
            for send in (ada.client.get, ada.client.post):
                asked.clear()
                done: set[str] = set()
                fields = [""]
                while fields:
                    for name in fields:
                        reached += 1
                        if send(path, {name: odd} if name else {}).status_code >= 500:
                            broken.append((send.__name__, path, name))
                    done |= set(fields)
                    fields = sorted(asked - done)
    assert reached > 150
    assert broken == []


def filled(route: str, parts: dict[str, str]) -> str:
    for part, text in parts.items():
        route = route.replace(part, text)
    return route


@pytest.mark.parametrize("name", ["sessionid", "handoff", "csrftoken", "device"])
def test_no_cookie_breaks_a_page(ada: Person, name: str) -> None:
    ada.client.raise_request_exception = False
    for value in (r'"\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"', "9" * 32, "é" * 32):
        for path in ("/", "/account/", "/account/continue/", "/account/continue/state/"):
            answer = ada.client.get(path, headers={"cookie": f"{name}={value}"})
            assert answer.status_code < 500, (path, value)

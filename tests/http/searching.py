"""The page of a search, as tests read it."""

from urllib.parse import quote

from django.test import Client

from tests.http.conftest import Person
from tests.http.pages import Element, read


def search(person: Person | Client, typed: str, **options: str) -> Element:
    extra = "".join(f"&{name}={value}" for name, value in options.items())
    response = person.get(f"/history/?q={quote(typed)}{extra}")
    assert response.status_code == 200
    return read(response)


def found(person: Person | Client, typed: str, **options: str) -> list[str]:
    return [body.text for body in search(person, typed, **options).all(class_="message__text")]

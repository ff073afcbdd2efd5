"""Parts of a page that tests look for."""

import re

from django.http import HttpResponse

from tests.support.html import Element, parse

__all__ = ["Element", "alert", "devices", "read", "value", "without_tokens"]


def read(response: HttpResponse) -> Element:
    """Return the page as a tree. Fails if an element is not closed in order."""
    return parse(response.content.decode())


def alert(response: HttpResponse) -> str:
    """Return what the page says went wrong."""
    return read(response).one(role="alert").text


def value(response: HttpResponse, name: str) -> str:
    """Return the value of a field."""
    return read(response).one("input", name=name).attributes.get("value", "")


def devices(account: HttpResponse) -> list[Element]:
    """Return the rows of where somebody is signed in, of the account's page."""
    return read(account).one("section", aria_labelledby="sessions").all("li")


def without_tokens(response: HttpResponse) -> str:
    """Return the page without what differs between two of the same."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())

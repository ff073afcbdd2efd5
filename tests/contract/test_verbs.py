"""The table of verbs says what the contract says, and everything that is done in a room has a row."""

import re
from pathlib import Path

import pytest

from history.log import notices
from rooms.actions import verbs
from rooms.actions.verbs import MINUTES, NETWORK, ORDERS, VERBS, Verb
from rooms.models import Membership
from tests.support.programs import ROOT

PROTOCOL = (ROOT / "docs" / "PROTOCOL.md").read_text()
OWNER = Membership.Role.OWNER
ACTIONS = Path(verbs.__file__).parent


def orders() -> str:
    """Return what the contract says of orders about a person."""
    (row,) = re.findall(
        r"^\| `POST /rooms/<code>/manage/people/<id>/<verb>/` \|(.*)\|$", PROTOCOL, re.M
    )
    return str(row)


def named(text: str) -> set[str]:
    return {*re.findall(r"`([a-z]+)`", text)} - {"reason", "minutes"}


def test_orders_about_a_person_are_written_down() -> None:
    everybody, _, rest = orders().partition("the owner's are")
    owners, _, _ = rest.partition(".")
    assert named(everybody) == {path for path, verb in ORDERS.items() if verb.at_least != OWNER}
    assert named(owners) == {path for path, verb in ORDERS.items() if verb.at_least == OWNER}


def test_what_goes_with_an_order_is_written_down() -> None:
    timed = set(re.findall(r"`([a-z]+)` \([^)]*`minutes`\)", orders()))
    assert timed == {path for path, verb in ORDERS.items() if MINUTES in verb.takes}
    assert "A ban keeps new guests" in orders()
    assert [path for path, verb in ORDERS.items() if NETWORK in verb.takes] == ["ban"]
    assert [path for path, verb in ORDERS.items() if verb.asks] == ["owner"]


def test_whatever_is_told_or_recorded_in_a_room_has_a_row() -> None:
    source = "".join(file.read_text() for file in ACTIONS.glob("*.py"))
    told = set(re.findall(r"\bt\.notice\(\s*\"([^\"]+)\"", source))
    recorded = set(re.findall(r"\bt\.record\(\s*\"([^\"]+)\"", source))
    assert len(told) > 8, "they are still found so"
    assert told <= verbs.SENTENCES.keys()
    assert recorded <= VERBS.keys()


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_row_is_whole(verb: Verb) -> None:
    assert bool(verb.path) is bool(verb.perform) is bool(verb.said)
    assert bool(verb.undo) is bool(verb.done)
    assert str(verb.said) % {"name": "Bob", "span": "an hour"} or not verb.said
    assert notices.SENTENCES.get(verb.name, "") == verb.sentence
    sentence = str(verb.sentence).format(by="Ada", about="Bob", what="it")
    assert "{" not in sentence + str(verb.done).format(who="Ada", whom="Bob")

"""The table of verbs says what the contract says, and everything that is done in a room has a row."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.utils.functional import Promise

from history import notices
from rooms import audit
from rooms.actions import verbs
from rooms.actions.verbs import AUDITED, MINUTES, NETWORK, ORDERS, VERBS, Verb
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


def named_in(source: str, *functions: str) -> set[str]:
    """Return the verbs with which functions are called: their first argument."""
    return {
        verb
        for function in functions
        for verb in re.findall(rf"\b{re.escape(function)}\(\s*(?:t, )?\"([^\"]+)\"", source)
    }


def test_whatever_is_told_in_a_room_has_a_sentence() -> None:
    source = "".join(file.read_text() for file in ACTIONS.glob("*.py"))
    told = named_in(source, "t.notice")
    assert len(told) > 8, "they are still found so"
    assert told | named_in(source, "succeed") <= verbs.SENTENCES.keys()


def test_whatever_is_recorded_in_a_room_has_a_row() -> None:
    source = "".join(file.read_text() for file in ACTIONS.glob("*.py"))
    recorded = named_in(source, "t.record")
    assert len(recorded) > 8, "they are still found so"
    assert recorded <= VERBS.keys()


def test_whatever_is_recorded_anywhere_can_be_asked_for() -> None:
    """The staff's page of the audit log offers these verbs."""
    source = "".join(file.read_text() for file in Path(audit.__file__).parent.rglob("*.py"))
    elsewhere = named_in(source, "audit.record")
    assert {"merge", "import", "reopen report"} <= elsewhere, "they are still found so"
    by_staff = {verb.done for page in admin.site._registry.values() for verb in _verbs(page)}
    assert {"close room", "ban from site"} <= by_staff
    undone = {f"undo {name}" for name in verbs.UNDOABLE}
    assert elsewhere | by_staff | undone | VERBS.keys() <= set(AUDITED)


def _verbs(page: Any) -> Iterable[Any]:
    return getattr(page, "verbs", ())


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_row_is_whole(verb: Verb) -> None:
    assert bool(verb.path) is bool(verb.perform) is bool(verb.said)
    assert bool(verb.undo) is bool(verb.done)
    assert str(verb.said) % {"name": "Bob", "span": "an hour"} or not verb.said
    assert "{" not in str(verb.done).format(who="Ada", whom="Bob", span="an hour")


@pytest.mark.parametrize(("name", "sentence"), notices.SENTENCES.items(), ids=notices.SENTENCES)
def test_a_notice_can_be_said_in_every_language(name: str, sentence: notices.Sentence) -> None:
    assert isinstance(sentence.text, Promise), "it is translated when it is read"
    assert "{" not in str(sentence.text).format(by="Ada", about="Bob", what="it")

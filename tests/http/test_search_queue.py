"""The cost of searches to a worker, and to its visitors, is bounded."""

from contextlib import ExitStack
from typing import Any

import pytest

from rooms import limits, places
from rooms.limits import searches
from tests.http.conftest import Person
from tests.http.pages import read

pytestmark = pytest.mark.django_db

SEARCH = "/history/?q=ferry"


@pytest.fixture
def all_turns() -> Any:
    """Others search: as many as may at once, until this is closed."""
    with ExitStack() as stack:
        for number in range(searches.AT_ONCE):
            stack.enter_context(searches.queue.slot(person=f"other {number}"))
        yield stack


def test_a_search_that_waits_gives_its_page_s_place_to_another(
    ada: Person, all_turns: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []

    class Place:
        def release(self) -> None:
            happened.append("given up")
            all_turns.close()

        def acquire(self) -> bool:
            happened.append("taken back")
            return True

    ada.say(ada.create(), "Is there a ferry?")
    monkeypatch.setattr(places.here, "place", Place())
    page = ada.get(SEARCH)
    assert page.status_code == 200
    assert read(page).one("mark").text == "ferry"
    assert happened == ["given up", "taken back"]


def test_a_search_that_gets_no_turn_says_so(
    ada: Person, all_turns: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.create()
    monkeypatch.setattr(searches.queue, "_patience", 0.01)
    answer = ada.get(SEARCH)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Many people are searching right now" in read(answer).one("main").text
    assert ada.get("/history/").status_code == 200
    all_turns.close()
    assert ada.get(SEARCH).status_code == 200


class TestTime:
    @pytest.fixture(autouse=True)
    def _limited(self, settings: Any) -> None:
        settings.CHAT_RATE_LIMITS = True
        for limiter in (
            limits.table.searching,
            limits.table.searching_for,
            limits.table.searching_from,
        ):
            limiter.forget()

    @pytest.fixture
    def took(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Make each search seem to take `seconds` to its page."""

        def take(seconds: float) -> None:
            now = iter(range(1000))
            monkeypatch.setattr(searches, "monotonic", lambda: next(now) * seconds)

        return take

    def test_that_is_short_is_felt_by_nobody(self, ada: Person, took: Any) -> None:
        ada.create()
        took(0.1)
        assert {ada.get(SEARCH).status_code for _ in range(25)} == {200}

    def test_is_paid_for_by_the_person_before_they_search_again(
        self, ada: Person, ben: Person, took: Any
    ) -> None:
        for each in (ada, ben):
            each.create()
        took(6)
        assert [ada.get(SEARCH).status_code for _ in range(2)] == [200, 200]
        answer = ada.get(SEARCH)
        assert answer.status_code == 429
        # 12 s taken of 10, and a second must be there: 3 s at 0.2 a second.
        assert 14 <= int(answer.headers["Retry-After"]) <= 15
        assert ada.get("/history/").status_code == 200
        assert ben.get(SEARCH).status_code == 200

    def test_is_paid_for_by_the_address_too(self, person: Any, took: Any) -> None:
        took(9.5)
        people = [person(f"Person {number}") for number in range(5)]
        for each in people:
            each.create()
        assert [each.get(SEARCH).status_code for each in people] == [200, 200, 200, 200, 429]
        elsewhere = people[4].get(SEARCH, REMOTE_ADDR="198.51.100.7")
        assert elsewhere.status_code == 200

    def test_that_ended_in_a_failure_is_paid_for(
        self, ada: Person, took: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise ValueError("in the midst of it")

        ada.create()
        took(11)
        with monkeypatch.context() as patch:
            patch.setattr("history.views.find", fail)
            with pytest.raises(ValueError, match="in the midst"):
                ada.get(SEARCH)
        assert ada.get(SEARCH).status_code == 429

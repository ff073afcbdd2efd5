"""Files that are made while they are read: two at once for a person, and a bounded number in all."""

from typing import Any

import pytest
from django.http import StreamingHttpResponse

from rooms.limits import downloads
from tests.http.conftest import NewPerson, Person

pytestmark = pytest.mark.django_db

PATHS = ["/history/export/", "/history/export/?progress=1", "/account/data/", "room"]


def ask(person: Person, path: str) -> Any:
    if path == "room":
        path = f"/history/rooms/{person.user.memberships.get().room.public_id}/export/"
    return person.get(path, headers={"accept-encoding": "gzip"})


def close(answer: Any) -> None:
    """As the server does when the answer is over, but that the test's connection stays."""
    assert isinstance(answer, StreamingHttpResponse)
    for closer in answer._resource_closers:
        closer()


@pytest.mark.parametrize("path", PATHS)
def test_a_person_has_two_under_way(ada: Person, ben: Person, path: str) -> None:
    for person in (ada, ben):
        person.create()
    answers = [ask(ada, each) for each in (path, "/account/data/", path)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    others = ask(ben, path)
    assert others.status_code == 200
    for answer in answers[:2]:
        close(answer)
        close(answer)  # twice is once
    again = [ask(ada, path), ask(ada, path)]
    assert [answer.status_code for answer in again] == [200, 200]
    for answer in [others, *again]:
        close(answer)
    assert not downloads.transcripts._of


def test_a_worker_has_a_bounded_number(
    person: NewPerson, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads.transcripts, "most", 3)
    people = [person(f"Person {number}") for number in range(4)]
    for each in people:
        each.create()
    answers = [ask(each, "/account/data/") for each in people]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 503]
    assert int(answers[3].headers["Retry-After"]) > 0
    for answer in answers[:3]:
        close(answer)
    assert not downloads.transcripts._of

"""Files that ClamAV's daemon looks at before anybody is given them."""

from collections.abc import Iterator
from typing import Any

import pytest

from history import storage
from history.log import files as log_files
from history.models import File
from rooms.models import Room
from tests.http.conftest import Person
from tests.http.test_files import KIB, begin, fetched, held, piece, refusal, send
from tests.support.clamd import EICAR, STREAM_MAX, Clamd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def clamd() -> Iterator[Clamd]:
    with Clamd() as clamd:
        yield clamd


@pytest.fixture
def room(ada: Person, clamd: Clamd, settings: Any) -> Room:
    settings.CHAT_CLAMD = clamd.socket
    room = ada.create()
    ada.connect(room)
    return room


def test_a_file_with_a_virus_is_refused_and_not_kept(ada: Person, room: Room) -> None:
    assert refusal(begin(ada, room, len(EICAR), first=EICAR)) == (422, "bad_file")
    file_id = File.objects.get().public_id
    assert fetched(ada, f"/files/{file_id}/notes.bin")[0] == 404
    assert log_files.sweep() == 1
    assert not held(file_id)


def test_any_other_file_is_taken(ada: Person, room: Room) -> None:
    file_id = send(ada, room, b"nothing bad")
    assert fetched(ada, f"/files/{file_id}/notes.bin") == (200, b"nothing bad")


def test_a_file_that_is_not_read_to_its_end_is_refused(ada: Person, room: Room) -> None:
    data = bytes(STREAM_MAX + 100 * KIB)
    url = begin(ada, room, len(data)).headers["Location"]
    for start in range(0, STREAM_MAX, 1024 * KIB):
        assert piece(ada, url, start, data[start : start + 1024 * KIB]).status_code == 204
    answer = piece(ada, url, STREAM_MAX, data[STREAM_MAX:])
    assert refusal(answer) == (422, "bad_file")
    assert "too big to be checked" in answer.json()["error"]["message"]


def test_while_the_daemon_is_away_a_file_waits(ada: Person, room: Room, clamd: Clamd) -> None:
    clamd.stop()
    try:
        answer = begin(ada, room, 10, client_id="w", first=b"wait a bit")
        assert refusal(answer) == (503, "unavailable")
    finally:
        clamd.start()
    begun = begin(ada, room, 10, client_id="w")
    url, start = begun.headers["Location"], int(begun.headers["Upload-Offset"])
    assert start == 10
    assert piece(ada, url, start, b"").status_code == 204
    assert ada.get(url).json()["state"] == "ready"
    assert storage.path(url.split("/")[2], storage.WHOLE).exists()

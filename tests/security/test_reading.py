"""Pages that are looked at: they lock nothing and write nothing."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from history.models import Message
from rooms.actions import accounts, reports
from rooms.models import JoinRequest, Membership, Report, Room, SignIn
from tests.http.conftest import NewPerson, Person
from tests.security.test_pages import ADDRESSES, CODE

pytestmark = pytest.mark.django_db

_WRITES = re.compile(
    r"^\s*(WITH .*)?(INSERT|UPDATE|DELETE|REPLACE)\b|\bFOR (NO KEY )?(UPDATE|SHARE)\b", re.DOTALL
)


@pytest.fixture
def visitors(ada: Person, ben: Person, person: NewPerson) -> dict[str, Client]:
    """Nobody, an owner, a guest who is not there yet, one who waits, an account, and staff."""
    room = ada.create(title="Islands")
    ada.connect(room)
    ada.say(room, "hello", rendered=True)
    ben.join(room)
    Membership.objects.filter(user=ben.user).update(reserved_until=Now())
    eve = person("Eve")
    Room.objects.update(by_request=True)
    eve.post(name="Eve", code=room.code, join="")
    JoinRequest.objects.update(heard_at=Now() - JoinRequest.KEPT / 2)
    lace = person("Lace")
    lace.create()
    accounts.register(user=lace.user, username="lace", password="seven green lanterns")
    lace.client.force_login(lace.user)
    reports.report(
        by=ada.membership(room), reason="spam", comment="", seq=None, person_id=ben.user.public_id
    )
    boss = Client()
    user = get_user_model().objects.create_superuser("boss", "boss@chat.example", "secret of boss")
    boss.force_login(user)
    gone = Client()
    gone.cookies["sessionid"] = "0123456789abcdef0123456789abcdef"
    clients = {
        "stranger": Client(),
        "owner": ada.client,
        "guest": ben.client,
        "waiting": eve.client,
    }
    clients |= {"account": lace.client, "staff": boss, "long gone": gone}
    for client in clients.values():
        client.get("/")  # the hourly note of the session, where there is none yet
    return clients


def paths(*, staff: bool) -> list[str]:
    """An address of each page there is, with what is in the database; the desks' for staff."""
    room, message = Room.objects.order_by("pk")[0], Message.objects.get(kind="chat")
    members = Membership.objects.filter(room=room).select_related("user")
    rows = {
        "rooms/room": room,
        "history/message": message,
        "rooms/report": Report.objects.get(),
        "rooms/membership": members[1],
        "rooms/user": members[1].user,
        "rooms/signin": SignIn.objects.all()[0],
    }
    who = members[1].user.public_id
    found = {"/history/?q=hello", "/history/?before=1"}
    for path in ADDRESSES:
        if path.startswith("/admin/") != staff:
            continue
        for name, row in rows.items():
            path = path.replace(f"{name}/1/", f"{name}/{row.pk}/")
        if "/history/rooms/" in path:
            path = path.replace(CODE, room.public_id)
        found.add(path.replace(CODE, room.code, 1).replace(CODE, who))
    return sorted(found)


def read(client: Client, path: str) -> HttpResponse:
    """Look at a page, and let go of what it streams. The connection stays: it is the test's."""
    answer = client.get(path)
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)
    return answer


def test_no_page_that_is_looked_at_locks_or_writes(visitors: dict[str, Client]) -> None:
    seen = 0
    for name, client in visitors.items():
        for path in paths(staff=name == "staff"):
            with CaptureQueriesContext(connection) as captured:
                answer = read(client, path)
            seen += answer.status_code == 200
            written = [q["sql"] for q in captured.captured_queries if _WRITES.search(q["sql"])]
            assert written == [], f"{name} at {path}"
    assert seen > 60, "most of it was seen, not only refused"


def test_a_session_is_noted_once_an_hour_and_locks_no_room(ada: Person) -> None:
    room = ada.create()
    session = ada.client.session
    session["seen"] -= 3601
    session.save()
    SignIn.objects.update(seen_at=F("seen_at") - JoinRequest.KEPT)
    with CaptureQueriesContext(connection) as captured:
        ada.get(f"/rooms/{room.code}/")
    written = [q["sql"] for q in captured.captured_queries if _WRITES.search(q["sql"])]
    assert written
    assert not any("history_stream" in sql for sql in written)
    with CaptureQueriesContext(connection) as captured:
        ada.get(f"/rooms/{room.code}/")
    assert not any(_WRITES.search(q["sql"]) for q in captured.captured_queries)

"""No page, search or frame reads more of a table than it shows: each finds its rows by an index.

What is read is counted (tests/support/work.py) on a site with thousands of everything, so that a
missing index fails here, and does not first show on somebody's site with a million messages.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client

from history import personal
from history.log import edits, read
from history.models import Message
from history.readers import readers
from history.search import candidates, hits
from rooms import access, unread
from rooms.actions import leaving, performing, reading, retention, sign_ins
from rooms.actions.changes import Changed
from rooms.commands import React
from rooms.live import loader, snapshot
from rooms.live.upkeep import sweep
from rooms.models import Connection, Membership, Room, User, Worker
from rooms.staff import figures, overview, paging
from tests.actions import factories
from tests.support import bigsite
from tests.support.query_cost import watched

PAGES = [
    "/",
    "/rooms/{code}/",
    "/rooms/{other}/",
    "/rooms/{code}/manage/",
    "/history/",
    "/history/?before={before}",
    "/history/rooms/",
    "/history/rooms/{room}/",
    "/history/rooms/{room}/?at={seq}",
    "/history/rooms/{room}/?before={seq}",
    "/history/rooms/{room}/?after={seq}",
    "/history/rooms/{room}/?day={day}",
    "/history/rooms/{room}/?month={day}",
    "/account/",
    "/account/data/",
]
SEARCHES = [
    "fstab",
    "mount from:me",
    '"in the" in:{code}',
    "in:{code}",
    "from:me",
    'from:"Visitor 1"',
    "before:{day}",
    "mount after:{day}",
    "conf*",
    "*nome*",
    "xyzzy",
]

# So many times more is read by what counts all who are there or fetches many rooms, and where the
# planner rightly takes a small table, or one room, as a whole.
MORE = {"overview": 8, "figures": 8, "load many": 4, 'from:"Visitor 1"': 3, "before:{day}": 3}

# Actions, by name.
Calls = Iterator[tuple[str, Callable[[], Any]]]


@pytest.mark.django_db
def test_every_page_reads_indexes_only(
    subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in (
        (candidates, "LATELY"),
        (paging, "FIND_LIMIT"),
        (overview, "LATEST"),
        (figures, "LATEST"),
    ):
        monkeypatch.setattr(module, name, 500)
    monkeypatch.setattr(candidates, "SCAN", 1000)
    monkeypatch.setattr(hits, "RANKED", 100)
    ada = bigsite.make()
    room = Room.objects.select_related("stream").get(code=bigsite.CODE)
    Membership.objects.filter(room=room).update(present=True)
    Membership.objects.filter(room=room, user=ada).update(role=Membership.Role.OWNER)
    for name, call in [*_pages(ada, room), *_admin(), *_downloads(ada, room), *_live(ada, room)]:
        with subtests.test(name):
            with transaction.atomic(), watched(times=MORE.get(name, 1)) as scans:
                call()
                transaction.set_rollback(True)
            assert scans, "no statement was looked at"
            assert not [str(scan) for scan in scans if scan.count > scan.most]


def _pages(ada: User, room: Room) -> Calls:
    middle = Message.objects.filter(stream=room.stream, author=ada).order_by("pk")[200]
    of = {
        "code": room.code,
        "other": bigsite.code(2222),
        "room": room.public_id,
        "before": middle.pk,
        "seq": middle.seq,
        "day": middle.at.date(),
    }
    client = _client(ada)
    for path in PAGES:
        yield path, partial(_get, client, path.format(**of))
    for typed in SEARCHES:
        yield typed, partial(_get, client, "/history/", {"q": typed.format(**of)})
    yield "best first", partial(_get, client, "/history/", {"q": "fstab", "sort": "best"})


def _admin() -> Calls:
    client = _client(User.objects.create_superuser("boss"))
    root = f"/{settings.CHAT_ADMIN_PATH}"
    yield "overview", partial(_get, client, root)
    yield "figures", partial(_get, client, f"{root}figures/")
    for model in admin.site._registry:
        path = f"{root}{model._meta.app_label}/{model._meta.model_name}/"
        yield path, partial(_get, client, path)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(client: Client, path: str, query: dict[str, str] | None = None) -> None:
    assert client.get(path, query).status_code == 200


def _downloads(ada: User, room: Room) -> Calls:
    own = readers().reading(ada, room.public_id)
    assert own

    def portion() -> None:
        page = personal.transcript(own, after=1500, limit=200)
        personal.around(page.messages, hidden_through=0)

    yield "own export", lambda: personal.own_messages(ada, before=None, limit=500)
    yield "room's export", portion


def _live(ada: User, room: Room) -> Calls:
    stream, head = room.stream_id, room.stream.head
    keys = {f"session-{number}" for number in range(40)}
    socket = Connection.objects.earliest("pk").socket_id
    entrance = factories.enter(ada, room)
    rest = Room.objects.exclude(pk=room.pk).order_by("pk")[: loader.BATCH - 1]
    others = list(rest.values_list("stream_id", "pk"))
    # However long this takes, no worker is taken for dead.
    Worker.objects.update(lease_until=Now() + timedelta(days=1))

    yield "arrive", lambda: factories.connect(ada, room)
    yield "vanish", lambda: leaving.vanish(socket_ids=[socket])
    yield "load", lambda: snapshot.load([(stream, room.pk)])
    yield "load many", lambda: snapshot.load([(stream, room.pk), *others])
    yield "resume", lambda: read.changed_since(stream, head - 400)
    yield "page", lambda: read.page(stream, before=head // 2)
    yield "poll", lambda: read.heads(range(stream, stream + 100))
    mine = Membership.objects.filter(user=ada).values_list("pk", flat=True)
    yield "elsewhere", lambda: unread.places([ada.pk])
    yield "unread elsewhere", lambda: unread.inside(list(mine))
    yield "recheck", lambda: snapshot.recheck(room.pk, stream, {ada.pk}, keys)
    yield "recheck of sessions", lambda: snapshot.who_is_signed_in(keys)
    yield "post", lambda: performing.perform([factories.draft(entrance, "hello")])
    yield "slow mode", lambda: read.last_post(stream, ada.pk)
    yield "react", lambda: _react(ada, room)
    yield "read", lambda: reading.note({(room.pk, ada.pk): head})
    yield "sweep", sweep
    yield "sessions", lambda: access.living(keys)
    yield "sessions renamed", lambda: access.replaced({f"former-{key}" for key in keys})
    yield "sign out", lambda: sign_ins.end_all(user=ada)
    yield "purge", edits.purge
    yield "retention", lambda: retention.sweep(0)


def _react(ada: User, room: Room) -> None:
    (answer,) = factories.ask(room, (ada, React(room.stream.head // 2, "👍", on=True)))
    assert isinstance(answer, Changed), answer

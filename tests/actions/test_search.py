"""Search finds the same on every database, and by an index."""

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from history import calendar, folding, personal
from history.models import Message
from history.readers import readers
from history.search import candidates, index, query
from history.search.hits import find
from rooms import unread
from rooms.models import Room, User
from tests.actions import factories

upgrade = import_module("history.migrations.0005_words_of_what_is_shown")
pytestmark = pytest.mark.django_db

LOG = Path(__file__).parent.parent / "data" / "ubuntu-2004-11-15.txt"
TONGUES = [
    "我们明天去北京吧，好不好？",
    "東京タワーへ行きました。とても高かったです",
    "한국어를 배우고 있어요",
    "قرأت الكتاب الجميل أمس",
    "Быстрая ёлка и мой ёж",
    "Les élèves ont mangé à l'école",
    "ภาษาไทยไม่ยาก",
    "हिन्दी में लिखो",
    "😀👍🏽 → ½ ㎏",
]
QUERIES = [
    "the",
    "e",
    "a*",
    "*oun*",
    '"in the"',
    "mount fstab",
    "/dev/hdb1",
    "北京",
    "です",
    "كتاب",
    "ех*",
    "l'ec",
    "👍",
]


def asked(typed: str) -> query.Query:
    return query.parse(typed, zone=UTC, now=datetime.now(UTC))


@pytest.fixture
def person() -> User:
    """Return a person who has posted a day's log, and some lines in other languages."""
    user, room = factories.open_room("Ada")
    said = re.findall(r"^\[\d\d:\d\d\] <[^>]+> (.*)$", LOG.read_text(), re.MULTILINE)
    factories.say(user, room, *itertools.chain(*zip(said, itertools.cycle(TONGUES), strict=False)))
    return user


def test_messages_of_a_release_before_are_made_ready_bit_by_bit(person: User) -> None:
    room = Room.objects.get()
    html = "<p>これは<strong>重要</strong>です</p>"
    link, shown, sign, plain = factories.say(
        person, room, "see www.example.com", "これは**重要**です", "→", "hi"
    )
    rows = Message.objects.filter(pk__in=[m.pk for m in (link, shown, sign, plain)])
    # As that release left them.
    rows.update(words=" old ", html="")
    rows.filter(pk=shown.pk).update(html=html)
    upgrade.void(apps, SimpleNamespace(connection=connection))
    assert rows.get(words=" old ") == plain
    while index.catch_up():
        pass
    assert [rows.get(pk=m.pk).words for m in (shown, sign)] == [
        folding.fold("これは重要です"),
        " → ",
    ]
    assert '<a href="https://www.example.com"' in rows.get(pk=link.pk).html
    assert rows.get(pk=shown.pk).html == html
    assert not Message.objects.filter(kind="chat", words=None).exists()


@pytest.mark.parametrize("lately", [0, 20, 5000])
def test_search_finds_the_messages_that_its_definition_says(
    person: User, lately: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "LATELY", lately)
    texts = list(Message.objects.filter(kind="chat").order_by("-id").values_list("id", "body"))
    some = [body.split() for _, body in texts[::7]]
    typed = QUERIES + [line[0] for line in some] + [f'"{" ".join(line[1:3])}"' for line in some]
    for text in typed:
        wanted = asked(text)
        needles = [term.needle for term in wanted.terms]
        right = [
            pk for pk, body in texts if all(needle in folding.fold(body) for needle in needles)
        ]
        if not needles or not right:
            continue
        hits = find(person, wanted, limit=1000)
        assert [message.pk for message in hits.messages] == right, text
        best = find(person, asked(text), best=True, limit=1000)
        assert {message.pk for message in best.messages} == set(right), text


# Plans --------------------------------------------------------------------------------------------


def plan(call: Callable[[], Any]) -> str:
    """How the database does what a call asks of it, if it can do so without reading whole tables."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call()
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgresql:
            # In a table this small anything goes: what can be had without, must be.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        told = []
        for sql, params in asked:
            cursor.execute(("EXPLAIN " if is_postgresql else "EXPLAIN QUERY PLAN ") + sql, params)
            told += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(told)


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("mount", "message_words"),
        ("mount from:me", "message_words"),
        ("from:me", "message_words"),
        ('"in the" in:{code}', "message_words"),
        ("in:{code}", "message_one_per_seq"),
        ("*oun*", "history_message_pkey"),
    ],
)
def test_search_reads_an_index(
    person: User, monkeypatch: pytest.MonkeyPatch, typed: str, by: str
) -> None:
    monkeypatch.setattr(candidates, "LATELY", 1)
    code = Room.objects.get().code
    if connection.vendor == "sqlite" and by == "message_words":
        by = (
            "VIRTUAL TABLE INDEX"
            if "mount" in typed or "in the" in typed
            else "INTEGER PRIMARY KEY"
        )
    elif connection.vendor == "sqlite":
        by = "INTEGER PRIMARY KEY"
    if typed.startswith("*"):
        monkeypatch.setattr(candidates, "SCAN", 10)
    told = plan(lambda: find(person, asked(typed.format(code=code)), limit=5))
    assert by in told
    assert not re.search(r"Seq Scan on history_message|SCAN m$", told, re.MULTILINE)


def test_pages_of_history_read_an_index(person: User) -> None:
    membership = person.memberships.select_related("room").get()
    stream = membership.room.stream_id
    reading = readers().reading(person, membership.room.public_id)
    assert reading
    month = datetime.now(UTC).date()

    def calls() -> Iterator[tuple[str, Callable[[], Any]]]:
        yield "message_one_per_seq", lambda: unread.of([membership.pk])
        yield "mention_unread", lambda: unread.of([membership.pk])
        yield "message_author", lambda: personal.own_messages(person, before=None, limit=5)
        yield "message_one_per_seq", lambda: personal.transcript(reading, limit=5)
        yield "message_at", lambda: calendar.first_of(stream, 0, month, UTC)
        yield (
            "message_at",
            lambda: calendar.month(stream, 0, shown=None, here=month, zone=UTC),
        )
        yield "message_wordless", index.catch_up

    for name, call in calls():
        if connection.vendor == "sqlite" and name == "message_one_per_seq":
            name = "sqlite_autoindex_history_message_1"
        told = plan(call)
        assert name in told, told
        assert not re.search(
            r"Seq Scan on history_message|SCAN (m|history_message)$", told, re.MULTILINE
        )

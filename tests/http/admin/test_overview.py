"""The admin's first page: numbers of now, charts of a day and of a month, rooms, workers."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from history.models import Message
from rooms import counts
from rooms.models import CountedThrough, HourlyCount, Room, User, Worker
from tests.http.admin.staff import guest, room_of

pytestmark = pytest.mark.django_db


def totals(page: str, span: int) -> list[int]:
    """Return the sums of a span's charts: messages, people, rooms, reports."""
    section = page.split("overview__span")[span]
    return [int(n) for n in re.findall(r"<figcaption>.*?<b>(\d+)</b>", section)]


def age(days: float) -> None:
    """All that was said and made is older by so much."""
    for rows, column in (
        (Message.objects, "at"),
        (Room.objects, "created_at"),
        (User.objects.filter(is_staff=False), "date_joined"),
    ):
        rows.update(**{column: Now() - timedelta(days=days)})


def test_it_counts_all_rows_whether_tallied_already_or_not(
    client: Client, boss: User, room: Room
) -> None:
    age(days=3)
    counts.step()
    room_of(guest("Bob"), "one", "two", "three")
    page = client.get("/admin/").content.decode()
    # The boss, made a moment ago, is one of the people.
    assert totals(page, 1) == [3, 2, 1, 0]
    assert totals(page, 2) == [5, 3, 2, 0]
    assert "<title>" in page
    assert page.count('<th scope="row">') >= 24 + 30


def test_a_step_counts_each_row_once_and_only_what_is_settled(
    boss: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted() -> int:
        return sum(HourlyCount.objects.filter(subject="messages").values_list("count", flat=True))

    monkeypatch.setattr(counts, "STEP", 2)
    counts.step()
    assert counted() == 0  # not a minute old
    age(days=1)
    for expected in (1, 2, 2):  # a join and a message; another message; nothing more
        counts.step()
        assert counted() == expected
    # Somebody else was quicker: what they counted is not counted again.
    counts._count(counts.SUBJECTS[0], after=0)
    assert counted() == 2
    # Erased messages count all the same.
    Message.objects.all().delete()
    counts.step()
    hour = timezone.now() - timedelta(days=2)
    assert sum(counts.since(hour)["messages"].values()) == 2


def test_it_shows_the_busiest_rooms_and_workers(client: Client, boss: User, room: Room) -> None:
    room_of(guest("Bob"), *("again",) * 5, title="<b>Loud</b>")
    Worker.objects.create(
        boot_id="a", host="alpha", pid=7, lease_until=Now() + timedelta(seconds=9)
    )
    Worker.objects.create(boot_id="b", host="beta", pid=8, lease_until=Now() - timedelta(seconds=9))
    answer = client.get("/admin/")
    assert [busy.messages for busy in answer.context["busiest"]] == [5, 2]
    assert [(str(w), w.alive) for w in answer.context["workers"]] == [
        ("alpha:7", True),
        ("beta:8", False),
    ]
    assertContains(answer, "&lt;b&gt;Loud")
    assertContains(answer, "not responding")


def test_a_moderator_sees_no_machines(client: Client, staff: Callable[..., User]) -> None:
    Worker.objects.create(boot_id="a", host="alpha", lease_until=Now())
    staff(role="moderator")
    answer = client.get("/admin/")
    assertContains(answer, "Overview")
    assertNotContains(answer, "alpha")


def test_more_of_everything_takes_no_more_queries(client: Client, boss: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/").status_code == 200
        return len(captured)

    room_of(guest("Ada"), "hello")
    client.get("/admin/")
    few = queries()
    for number in range(5):
        room_of(guest(f"Person {number}"), "hello")
    assert queries() == few
    assert not CountedThrough.objects.exists()

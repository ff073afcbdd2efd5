"""The figures of the site over a span of days."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains

from history.models import Message
from rooms import counts, refusal_counts
from rooms.errors import Empty, RateLimited
from rooms.models import HourlyCount, Report, Room, User
from rooms.staff.figures import Cell, Refused
from tests.http.admin.staff import guest, room_of

pytestmark = pytest.mark.django_db
FIGURES = "/admin/figures/"


@pytest.fixture(autouse=True)
def _nothing_was_refused() -> None:
    refusal_counts.take()


def table(client: Client, **span: str) -> dict[str, tuple[str, str]]:
    """Return the figures at the top of the page, each with that of the span before."""
    totals = client.get(FIGURES, span).context["totals"]
    return {str(total.label): (total.value, total.before) for total in totals}


def age(**length: float) -> None:
    """All that was said and made is older by so much."""
    by = timedelta(**length)
    Message.objects.update(at=Now() - by)
    Room.objects.update(created_at=Now() - by)
    User.objects.filter(is_staff=False).update(date_joined=Now() - by)


def test_a_span_is_summed_beside_the_one_before(client: Client, boss: User, room: Room) -> None:
    age(days=3)
    room_of(guest("Bob"), "one", "two", "three")
    today = timezone.now().astimezone(UTC).date()
    both = table(client, first=f"{today - timedelta(days=3)}", last=f"{today}")
    assert both["Messages"] == ("5", "0")
    assert both["Joins"] == ("2", "0")
    assert both["New rooms"] == ("2", "0")
    one = table(client, first=f"{today - timedelta(days=1)}", last=f"{today}")
    assert one["Messages"] == ("3", "2")
    assert table(client)["Messages"] == ("5", "0"), "the latest thirty days, if none are asked for"


def test_a_change_is_told_in_per_cent_and_the_figure_before_is_kept(
    client: Client, boss: User
) -> None:
    for subject, now, then in (("joins", 121, 100), ("messages", 0, 9), ("spoke", 11, 10)):
        for day, n in ((2, now), (1, then)):
            hour = datetime(2026, 3, day, 9, tzinfo=UTC)
            HourlyCount.objects.create(subject=subject, hour=hour, count=n)
    answer = client.get(FIGURES, {"first": "2026-03-02", "last": "2026-03-02"})
    changes = {str(total.label): total.change for total in answer.context["totals"]}
    assert (changes["Joins"], changes["Messages"]) == ("▲ 21%", "▼ 100%")
    assert changes["New rooms"] == "", "nothing can be compared with none"
    assert changes["Wrote within a minute of joining"] == "▼ 1 point"
    assertContains(answer, 'title="previously 100"')


def test_a_day_that_is_not_over_is_drawn_as_a_part(client: Client, boss: User, room: Room) -> None:
    today = timezone.now().astimezone(UTC).date()
    for last, drawn in ((today, [False, True]), (today - timedelta(days=1), [False, False])):
        first = last - timedelta(days=1)
        charts = client.get(FIGURES, {"first": f"{first}", "last": f"{last}"}).context["charts"]
        assert [bar.is_partial for bar in charts[0].bars] == drawn


def test_who_says_something_within_a_minute_is_counted_by_the_join(
    client: Client, boss: User
) -> None:
    for name, after in (("Ada", 59), ("Ben", 61), ("Cleo", 0)):
        made = room_of(guest(name), *(["hello"] if after else []))
        join = Message.objects.get(stream=made.stream, kind="join")
        chat = Message.objects.filter(stream=made.stream, kind="chat")
        Message.objects.filter(pk=join.pk).update(at=Now() - timedelta(hours=1))
        join.refresh_from_db()
        chat.update(at=join.at + timedelta(seconds=after))
    assert table(client)["Wrote within a minute of joining"] == ("33%", "–")
    counts.step()
    assert table(client)["Wrote within a minute of joining"] == ("33%", "–")
    assert sum(counts.since(timezone.now() - timedelta(days=1))["spoke"].values()) == 1


def test_the_most_who_were_there_at_once_are_remembered(
    client: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for here, minute in ((3, 0), (5, 1), (4, 2), (9, 2)):
        monkeypatch.setattr(counts, "people_online", lambda here=here: here)
        now = datetime(2026, 3, 1, 10, minute, tzinfo=UTC)
        monkeypatch.setattr(counts.timezone, "now", lambda now=now: now)
        counts.note_people()
    monkeypatch.undo()
    # Of one minute only the first worker's.
    assert [row.count for row in HourlyCount.objects.filter(subject="online")] == [5]
    assert table(client, first="2026-03-01", last="2026-03-01")["Peak people"] == ("5", "0")


def test_refusals_are_counted_by_code_as_they_are_told(client: Client, boss: User) -> None:
    client.post("/", {"name": "Ada", "code": "ZZZZ", "join": ""})
    refusal_counts.note(RateLimited(retry_after=1))
    for _ in range(2):
        refusal_counts.note(Empty())
    counts.step()
    answer = client.get(FIGURES)
    assert answer.context["refusals"] == [
        Refused("empty", 2),
        Refused("not_found", 1),
        Refused("rate_limited", 1),
    ]
    assertContains(answer, '<th scope="row">Too fast</th>')
    assert refusal_counts.take() == {}
    refusal_counts.note(Empty())
    counts.step()
    assert client.get(FIGURES).context["refusals"][0] == Refused("empty", 3)


def test_refusals_that_could_not_be_written_down_are_counted_later(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise counts.Error

    refusal_counts.note(Empty())
    with monkeypatch.context() as patch:
        patch.setattr(counts, "_write", away)
        with pytest.raises(counts.Error):
            counts.step()
    counts.step()
    assert HourlyCount.objects.get(subject="refused:empty").count == 1


def test_rooms_are_told_by_size_and_life(client: Client, boss: User) -> None:
    for hours in (None, 0.5, 20, 100, 1000):
        made = room_of(guest(f"Host {hours}"), "hello")
        if hours is not None:
            end = made.created_at + timedelta(hours=hours)
            Room.objects.filter(pk=made.pk).update(closed_at=end)
    context = client.get(FIGURES).context
    assert [n for _, n in context["sizes"]] == [5, 0, 0, 0, 0, 0]
    assert [n for _, n in context["lives"]] == [1, 1, 1, 1, 1]


def test_reports_are_told_by_how_long_they_took(client: Client, boss: User, room: Room) -> None:
    assert client.get(FIGURES).context["moderation"]["made"] == 0
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 48, None):
        made = Report.objects.create(room=room, reporter=guest(f"Reporter {hours}"), reason="spam")
        if hours is not None:
            made.handled_at = made.created_at + timedelta(hours=hours)
            made.state = Report.State.UPHELD
            made.save()
    found = client.get(FIGURES).context["moderation"]
    assert (found["made"], found["upheld"], found["open"]) == (11, 10, 1)
    assert found["half"].split(",")[0] == "5\N{NO-BREAK SPACE}hours"
    assert found["nine_tenths"].split(",")[0] == "9\N{NO-BREAK SPACE}hours"


def test_the_hours_of_the_week_are_shaded(client: Client, boss: User) -> None:
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for week, n in ((0, 3), (1, 7)):
        hour = monday + timedelta(weeks=week)
        HourlyCount.objects.create(subject="messages", hour=hour, count=n)
    hour = monday + timedelta(days=6, hours=14)
    HourlyCount.objects.create(subject="messages", hour=hour, count=1)
    week = client.get(FIGURES, {"first": "2026-03-01", "last": "2026-03-20"}).context["weekdays"]
    assert week[0][1][9] == Cell(10, "10", 5)
    assert week[6][1][23] == Cell(1, "1", 1)
    assert week[3][1][9] == Cell(0, "0", 0)


def test_each_hour_comes_as_csv(client: Client, boss: User) -> None:
    hour = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for subject, n in (("messages", 3), ("refused:empty", 2)):
        HourlyCount.objects.create(subject=subject, hour=hour, count=n)
    answer = client.get("/admin/figures.csv", {"first": "2026-03-02", "last": "2026-03-02"})
    assert answer.headers["Content-Disposition"].endswith('"figures-2026-03-02-2026-03-02.csv"')
    assert answer.content.decode().splitlines() == [
        "hour,subject,count",
        "2026-03-02T09:00Z,messages,3",
        "2026-03-02T09:00Z,refused:empty,2",
    ]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-02", "2026-03-01", "The first day must not be after the last one."),
        ("2024-01-01", "2026-03-01", "Choose 366 days at the most."),
        ("0001-01-01", "0001-01-02", "Choose days from 1970 on."),
        ("9999-12-30", "9999-12-31", "Choose days from 1970 on."),
        ("yesterday", "", "Enter a valid date."),
    ],
)
def test_a_span_that_cannot_be_is_refused(
    client: Client, boss: User, first: str, last: str, said: str
) -> None:
    for path in (FIGURES, "/admin/figures.csv"):
        answer = client.get(path, {"first": first, "last": last})
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_moderators_see_it_and_nobody_else(client: Client, staff: Callable[..., User]) -> None:
    assert client.get(FIGURES).status_code == 302
    assert client.get("/admin/figures.csv").status_code == 302
    staff(role="moderator")
    assert client.get(FIGURES).status_code == 200


def test_more_of_everything_takes_no_more_queries(client: Client, boss: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(FIGURES).status_code == 200
        return len(captured)

    room_of(guest("Ada"), "hello")
    client.get(FIGURES)
    few = queries()
    for number in range(5):
        room_of(guest(f"Person {number}"), "hello")
    assert queries() == few

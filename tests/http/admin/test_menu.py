"""The menu of the staff's pages: lists in groups, and how many reports wait."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rooms.models import Report, Room, User
from rooms.staff import menu
from tests.http.admin.staff import address
from tests.http.pages import read

pytestmark = pytest.mark.django_db


def headings(client: Client) -> list[str]:
    nav = read(client.get(address("rooms_room_changelist"))).one("nav", aria_label="Lists")
    return [heading.text for heading in nav.all("h2")]


def entries(client: Client) -> list[str]:
    nav = read(client.get(address("rooms_room_changelist"))).one("nav", aria_label="Lists")
    return [entry.text for entry in nav.all("a")]


def test_every_list_has_a_place_in_a_group() -> None:
    placed = [name for _heading, names in menu.GROUPS for name in names]
    assert sorted(placed) == sorted(model.__name__ for model in admin.site._registry)


def test_a_superuser_has_every_group(client: Client, boss: User) -> None:
    assert headings(client) == ["Moderation", "Talk", "Accounts", "Programs"]
    names = entries(client)
    assert names[:3] == ["Overview", "Figures", "Reports"]
    assert "Return bans" in names
    assert "Audit log" in names


def test_what_somebody_may_not_see_is_missing_and_so_is_its_heading(
    client: Client, staff: Callable[..., User]
) -> None:
    staff("view_room", "view_hookin")
    assert headings(client) == ["Talk", "Programs"]
    assert entries(client) == ["Overview", "Figures", "Rooms", "Incoming webhooks"]


def test_open_reports_are_counted_by_one_bounded_query_for_those_who_see_them(
    client: Client,
    staff: Callable[..., User],
    ada: User,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address("rooms_room_changelist"))
        return sum("rooms_report" in query["sql"] for query in captured)

    for state in ("open", "open", "open", "dismissed"):
        Report.objects.create(room=room, person=ada, reason="spam", seq=None, state=state)
    user = staff("view_room")
    assert asked() == 0
    user.delete()
    staff("view_room", "view_report")
    assert asked() == 1
    assert entries(client)[2] == "Reports 3 open"
    monkeypatch.setattr(menu, "COUNTED", 2)
    assert entries(client)[2] == "Reports 2+ open"
    Report.objects.update(state="upheld")
    assert entries(client)[2] == "Reports"

"""The staff admin for its pictures: some days of use."""

import re

from tests.support.client import Visitor
from tests.support.workers import Site

NAME, PASSWORD = "boss", "a long enough password"
# A day's work.
PAST = """
from rooms import audit
from rooms.actions import site_bans
from rooms.models import Room, User
boss = User.objects.create_superuser("boss", password="{password}")
ada, grace = User.objects.get(display_name="Ada"), User.objects.get(display_name="Grace")
room = Room.objects.get(code="{busy}")
audit.record("mute", actor=ada, role="owner", room=room, target=grace, reason="Shouting, at night", minutes=10)
lin = User.objects.get(display_name="Lin")
site_bans.ban(user=lin)
audit.record("ban from site", actor=boss, role="staff", target=lin, reason="Sold watches in nine rooms")
"""


async def staff(site: Site, *, busy: str, reporters: list[Visitor], seq: int) -> Visitor:
    """A superuser, signed in, with reports to look at."""
    site.manage("shell", "-c", PAST.format(password=PASSWORD, busy=busy))
    for number, reporter in enumerate(reporters):
        reason = ("spam", "abuse", "other")[number % 3]
        fields = {"seq": str(seq - number), "reason": reason, "comment": "He does it every day."}
        path = f"/rooms/{busy}/report/"
        answer = await reporter.submit(path, fields, form_at=f"{path}?seq={seq}")
        assert answer.status_code == 302, answer.text
    boss = Visitor(site.url, NAME)
    answer = await boss.submit(
        "/admin/login/?next=/admin/",
        {"username": NAME, "password": PASSWORD},
        form_at="/admin/login/",
    )
    assert answer.status_code == 302, answer.text
    return boss


async def pages(boss: Visitor) -> dict[str, str]:
    """The addresses of the admin's pages, by the name of their picture."""

    async def first(rows: str, query: str = "") -> str:
        page = await boss.get(f"/admin/{rows}/{query}")
        [pk, *_] = re.findall(r'name="_selected_action" value="(\d+)"', page.text)
        return f"/admin/{rows}/{pk}"

    report, room = await first("rooms/report"), await first("rooms/room")
    person, message = await first("rooms/user"), await first("history/message", "?kind=chat")
    return {
        "staff-overview": "/admin/",
        "staff-figures": "/admin/figures/",
        "staff-reports": "/admin/rooms/report/",
        "staff-report": f"{report}/change/",
        "staff-report-ban": f"{report}/ban/",
        "staff-rooms": "/admin/rooms/room/",
        "staff-room": f"{room}/change/",
        "staff-messages": "/admin/history/message/",
        "staff-message": f"{message}/change/",
        "staff-people": "/admin/rooms/user/",
        "staff-person": f"{person}/change/",
        "staff-members": "/admin/rooms/membership/",
        "staff-audit": "/admin/rooms/deed/",
        "staff-second-factor": "/admin/second-factor/",
        "staff-second-factor-app": "/admin/second-factor/app/",
    }

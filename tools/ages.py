"""Give the demo data a past: yesterday's talk, last week's room.

A message's number and its time go up together on a real site, in each room and over all of them. So do they
here: what was posted first is made older by more.
"""

from tests.support.workers import Site

# Run once the ferry's room has had its talk, before anybody reports a word of it: a report keeps the times
# of what was said. The closed room's talk is a week old, the first half of the other's a day.
_FIRST = """
from datetime import timedelta
from django.db.models import F
from history.models import Message
from rooms.actions import rooms
from rooms.models import Room
rooms.close(room=Room.objects.get(code="{closed}"))
log = Message.objects.filter(stream__room__code="{busy}")
log.filter(seq__lte=log.count() // 2).update(at=F("at") - timedelta(days=1))
log = Message.objects.filter(stream__room__code="{closed}")
log.update(at=F("at") - timedelta(days=7))
"""
_NEWCOMERS = """
from datetime import timedelta
from rooms.models import User
people = list(User.objects.filter(display_name__startswith="{named}").order_by("pk"))
for place, user in enumerate(people):
    user.date_joined -= timedelta(hours=4 * (len(people) - place))
User.objects.bulk_update(people, ["date_joined"])
"""
# Run at the end. The festival has a message every four minutes until a moment ago; what is of its first day
# is of yesterday, and what was posted in other rooms before it of the hours before that. A room was opened
# when its first message was posted.
_LAST = """
from datetime import timedelta
from django.db.models import F, Min
from django.utils import timezone
from history.models import Message
from rooms.models import Room
log = list(Message.objects.filter(stream__room__code="{festival}").order_by("pk"))
now = timezone.now()
for place, message in enumerate(log):
    back = timedelta(minutes=4 * (len(log) - place) - 3)
    message.at = now - back - (timedelta(days=1) if message.seq <= {old} else timedelta())
Message.objects.bulk_update(log, ["at"])
Message.objects.filter(pk__lt=log[0].pk).update(at=F("at") - (now - log[0].at) - timedelta(minutes=5))
firsts = Message.objects.order_by().values_list("stream").annotate(first=Min("at"))
for stream, first in firsts:
    Room.objects.filter(stream=stream, created_at__gt=first).update(created_at=first)
"""


def first(site: Site, *, busy: str, closed: str) -> None:
    """Age the ferry's room, and the closed one, which is closed with it."""
    site.manage("shell", "-c", _FIRST.format(busy=busy, closed=closed))


def newcomers(site: Site, named: str) -> None:
    """Let those whose names begin so have come to the site over the last weeks, not all in this hour."""
    site.manage("shell", "-c", _NEWCOMERS.format(named=named))


def last(site: Site, *, festival: str, old: int) -> None:
    """Age everything. `old`: the number of the last message of the festival's first day.

    The workers start again: they have the ends of the logs in memory, with the times of before.
    """
    site.manage("shell", "-c", _LAST.format(festival=festival, old=old))
    for worker in site.workers:
        worker.restart()

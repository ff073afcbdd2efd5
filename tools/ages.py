"""Give the demo data a past: yesterday's talk, last week's room.

A message's number and its time go up together on a real site, in each room and over all of them. So do they
here: what was posted first is made older by more.
"""

from tests.support.workers import Site

# Run before anything else is made: a room that has been there for longer than the figures look back.
_LONG_AGO = """
from datetime import timedelta
from django.db.models import F
from history.models import Message
from rooms.models import Membership, Room, User
back = timedelta(days=62)
room = Room.objects.get(code="{code}")
Message.objects.filter(stream=room.stream_id).update(at=F("at") - back)
Room.objects.filter(pk=room.pk).update(created_at=F("created_at") - back)
Membership.objects.filter(room=room).update(entered_at=F("entered_at") - back)
User.objects.update(date_joined=F("date_joined") - back)
"""
# Run once the ferry's room has had its talk, before anybody reports a word of it. The closed room's talk is a
# day old, and so is the first half of the other's.
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
log.update(at=F("at") - timedelta(days=1))
Room.objects.filter(code="{closed}").update(closed_at=F("closed_at") - timedelta(days=1))
"""
# Run at the end. The festival has a message every four minutes until a moment ago; what is of its first day
# is of yesterday, and what was posted in other rooms before it of the hours before that. A room was opened, and
# a person came and joined, when that was so of their first message.
_LAST = """
from datetime import timedelta
from django.db.models import F, Max, Min
from django.utils import timezone
from history import wire
from history.models import Message
from rooms import counts
from rooms.models import CountedThrough, HourlyCount, Membership, Report, Room, User
log = list(Message.objects.filter(stream__room__code="{festival}").order_by("pk"))
now = timezone.now()
for place, message in enumerate(log):
    back = timedelta(minutes=4 * (len(log) - place) - 3)
    message.at = now - back - (timedelta(days=1) if message.seq <= {old} else timedelta())
Message.objects.bulk_update(log, ["at"])
by = now - log[0].at + timedelta(minutes=5)
Message.objects.filter(pk__lt=log[0].pk, at__gte=now - timedelta(hours=30)).update(at=F("at") - by)
Room.objects.filter(closed_at__gte=now - timedelta(hours=30), closed_at__lt=log[0].at).update(closed_at=F("closed_at") - by)
firsts = dict(Message.objects.order_by().values_list("stream").annotate(first=Min("at")))
latest = now
for room in Room.objects.order_by("-pk"):
    latest = min(room.created_at, latest, firsts.get(room.stream_id, latest))
    Room.objects.filter(pk=room.pk).update(created_at=latest)
for kind, column in (("join", "entered_at"), ("leave", "left_at")):
    moves = Message.objects.filter(kind=kind).order_by()
    for stream, who, at in moves.values_list("stream", "author").annotate(at=Max("at")):
        mine = Membership.objects.filter(room__stream=stream, user=who)
        mine.filter(**{{f"{{column}}__gt": at}}).update(**{{column: at}})
for who, first in Message.objects.order_by().values_list("author").annotate(first=Min("at")):
    User.objects.filter(pk=who, date_joined__gt=first).update(date_joined=first, last_login=first)
for report in Report.objects.exclude(excerpt=[]):
    times = dict(Message.objects.filter(stream=report.room.stream_id).values_list("seq", "at"))
    for message in report.excerpt:
        message["at"] = wire.timestamp(times[message["seq"]])
    report.save(update_fields=["excerpt"])
# What was counted in passing had the times of before.
subjects = [subject.name for subject in counts.SUBJECTS]
CountedThrough.objects.filter(subject__in=subjects).delete()
HourlyCount.objects.filter(subject__in=subjects).delete()
"""


def long_ago(site: Site, code: str) -> None:
    """Age a room, and everybody there is, by two months."""
    site.manage("shell", "-v0", "-c", _LONG_AGO.format(code=code))


def first(site: Site, *, busy: str, closed: str) -> None:
    """Age the ferry's room, and the closed one, which is closed with it."""
    site.manage("shell", "-c", _FIRST.format(busy=busy, closed=closed))


def last(site: Site, *, festival: str, old: int) -> None:
    """Age everything. `old`: the number of the last message of the festival's first day.

    The workers start again: they have the ends of the logs in memory, with the times of before.
    """
    site.manage("shell", "-c", _LAST.format(festival=festival, old=old))
    for worker in site.workers:
        worker.restart()

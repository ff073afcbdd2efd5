"""Two months of a site's life before the demo: rooms that have closed, with who was in them and what was said.

Made as rows, so that the figures, the lists and the reports of the staff tell one story. Small numbers: a
site of some twenty messages a day.
"""

from tests.support.workers import Site

# Run before the demo's own rooms are made: a row made later has a later time, as on a real site. What is kept in no
# rows, refusals and people at once, is counted by the hour.
_PAST = """
import random
from collections import Counter
from datetime import datetime, timedelta, UTC
from history.lookalikes import skeleton
from history.models import Message, Stream
from rooms import codes, names
from rooms.models import HourlyCount, Membership, Report, Room, User

dice = random.Random(7)
now = datetime.now(UTC)
LINES = (
    "Is anybody here yet?", "Two minutes, I am on the stairs.", "The door code is the same as last week.",
    "Shall we begin without him?", "I put the minutes into the folder.", "That works for me.",
    "Who brings the projector?", "Same time next week?", "The tide turns at four.", "Thank you, all!",
)
TITLES = ("Choir", "Night shift", "Book club", "Repair café", "Rowing crew", "Garden, plot 7", "Parents of 3a", "")
NAMES = ("Ines", "Malik", "Sofie", "Jonas", "Priya", "Tomás", "Hanna", "Oskar", "Leila", "Kofi", "Marta", "Emil")
shape = [1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 17, 18, 15, 14, 15, 18, 22, 26, 28, 25, 18, 9, 4]

starts = []
for back in range(60 * 24, 56, -1):
    hour = now - timedelta(hours=back)
    weight = shape[hour.hour] * (1.6 if hour.weekday() > 4 else 1) * (0.8 if back > 30 * 24 else 1)
    if dice.random() < weight / 130:
        starts.append(hour.replace(minute=dice.randrange(40)))

there = Counter()
for number, start in enumerate(starts):
    people = []
    for name in dice.sample(NAMES, dice.choice((1, 2, 2, 3, 3, 4, 6))):
        called = dict(name_key=names.key(name), name_skeleton=skeleton(name))
        people.append(User(username=f"past {number} {name}", display_name=name, is_guest=True, date_joined=start, **called))
    User.objects.bulk_create(people)
    log = []
    for place, person in enumerate(people):
        log.append((Message.Kind.JOIN, person, start + timedelta(minutes=place, seconds=10)))
        if dice.random() < 0.6:
            log.append((Message.Kind.CHAT, person, start + timedelta(minutes=place, seconds=40)))
    for place in range(dice.randrange(4, 10)):
        log.append((Message.Kind.CHAT, dice.choice(people), start + timedelta(minutes=10 + place)))
    log.sort(key=lambda line: line[2])
    stream = Stream.objects.create(head=len(log))
    messages = [
        Message(stream=stream, seq=seq, changed_seq=seq, kind=kind, author=who, at=at,
                body=dice.choice(LINES) if kind == Message.Kind.CHAT else "")
        for seq, (kind, who, at) in enumerate(log, start=1)
    ]
    Message.objects.bulk_create(messages)
    end = start + dice.choice((timedelta(minutes=50), timedelta(hours=5), timedelta(hours=20), timedelta(days=4)))
    end = min(end, now - timedelta(hours=48))
    room = Room.objects.create(code="".join(dice.choices(codes.ALPHABET, k=4)), title=dice.choice(TITLES), stream=stream,
        owner=people[0], created_at=start, closed_at=end)
    Membership.objects.bulk_create(
        Membership(room=room, user=person, entered_at=start, left_at=end,
                   role=Membership.Role.MEMBER if place else Membership.Role.OWNER)
        for place, person in enumerate(people)
    )
    hour = start.replace(minute=0, second=0, microsecond=0)
    there[hour] += len(people)
    if number % 40 == 20 and len(people) > 1:
        state = dice.choice((Report.State.UPHELD, Report.State.DISMISSED))
        made = log[-1][2] + timedelta(minutes=5)
        Report.objects.create(room=room, person=people[0], reporter=people[1], reason="spam", state=state,
            created_at=made, handled_at=made + timedelta(minutes=dice.randrange(20, 600)))

# A hundred and eighty have a room open at all times (room_scenes.crowded).
hours = [now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=back) for back in range(1, 60 * 24)]
rows = [HourlyCount(subject="online", hour=hour, count=181 + there[hour] // 2) for hour in hours]
for code, some in (("rate_limited", 3), ("name_taken", 6), ("muted", 11)):
    rows += [HourlyCount(subject=f"refused:{code}", hour=hour, count=1) for hour in list(there)[::some]]
HourlyCount.objects.bulk_create(rows)
"""


def live_through(site: Site) -> None:
    """Let the site have been used for two months, until two days ago."""
    site.manage("shell", "-v0", "-c", _PAST)

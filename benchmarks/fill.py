"""Fill the site's database with messages. Runs in a process of its own, which sets Django up.

    python -m benchmarks.fill NAME TOTAL

The person called NAME, who has made a room already, wrote every tenth of TOTAL messages, in 20 rooms;
500 others wrote the rest in 180. What is there is added to, so TOTAL can only grow.
"""

import sys

import django

django.setup()

from django.db import connection  # noqa: E402 - models need the apps to be loaded

from history.models import Message, Stream  # noqa: E402
from rooms.models import Membership, Room, User  # noqa: E402

OWN_ROOMS = 20
OTHER_ROOMS = 180
OTHER_PEOPLE = 500

_ADD = """
INSERT INTO history_message (stream_id, seq, changed_seq, kind, author_id, client_id, body, at)
SELECT s.id, s.head + n, s.head + n, 'chat', a.ids[1 + (s.id * 7 + n) %% cardinality(a.ids)],
       'fill-' || s.head + n,
       'Message ' || n || ' of stream ' || s.id || ', in which ' || md5(n::text) || ' is discussed.',
       now() - make_interval(secs => (%s - n) * 10)
FROM history_stream s, (SELECT %s::bigint[] AS ids) a, generate_series(1, %s) n
WHERE s.id = ANY(%s) ORDER BY n, s.id
"""


def fill(name: str, total: int) -> None:
    person = User.objects.get(display_name=name)
    own = [*Room.objects.filter(owner=person, title=""), *_rooms("mine", OWN_ROOMS - 1, person)]
    known = set(Membership.objects.filter(user=person).values_list("room_id", flat=True))
    Membership.objects.bulk_create(
        Membership(room=room, user=person) for room in own if room.pk not in known
    )
    others = [_person(number) for number in range(OTHER_PEOPLE)]
    elsewhere = _rooms("theirs", OTHER_ROOMS, others[0])
    missing = total - Message.objects.count()
    _add(own, [person], missing // 10 // OWN_ROOMS)
    _add(elsewhere, others, missing * 9 // 10 // OTHER_ROOMS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the database does by itself within minutes


def _person(number: int) -> User:
    name = f"Other {number}"
    person, _ = User.objects.get_or_create(
        username=f"other-{number}",
        defaults={"display_name": name, "name_key": name.lower(), "is_guest": True},
    )
    return person


def _rooms(title: str, count: int, owner: User) -> list[Room]:
    rooms = list(Room.objects.filter(title=title))
    for number in range(len(rooms), count):
        code = f"{title[0].upper()}{number:05d}"  # longer than any code the site makes
        stream = Stream.objects.create()
        rooms.append(Room.objects.create(code=code, title=title, stream=stream, owner=owner))
    return rooms


def _add(rooms: list[Room], authors: list[User], each: int) -> None:
    streams = [room.stream_id for room in rooms]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, (each, [author.pk for author in authors], each, streams))
        cursor.execute(
            "UPDATE history_stream SET head = head + %s WHERE id = ANY(%s)", (each, streams)
        )


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]))

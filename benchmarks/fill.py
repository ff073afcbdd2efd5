"""Fill the site's database with messages. Runs in a process of its own, which sets Django up.

    python -m benchmarks.fill NAME TOTAL

The person called NAME, who has made a room already, wrote every tenth of TOTAL messages, in 20 rooms;
500 others wrote the rest in 180. What is there is added to, so TOTAL can only grow.
"""

from __future__ import annotations

import sys

import django

OWN_ROOMS = 20
OTHER_ROOMS = 180
OTHER_PEOPLE = 500

_ADD = """
INSERT INTO history_message (stream_id, seq, changed_seq, kind, author_id, client_id, body, at)
SELECT s.id, s.head + n, s.head + n, 'chat', a.ids[1 + (s.id * 7 + n) %% cardinality(a.ids)],
       'fill-' || n || '-' || s.head,
       'Message ' || n || ' of stream ' || s.id || ', in which ' || md5(n::text) || ' is discussed.',
       now() - make_interval(secs => (%s - n) * 10)
FROM history_stream s, (SELECT %s::bigint[] AS ids) a, generate_series(1, %s) n
WHERE s.id = ANY(%s) ORDER BY n, s.id
"""


def fill(name: str, total: int) -> None:
    from django.db import connection

    from history.models import Message
    from rooms.models import Membership, Room, User

    person = User.objects.get(display_name=name)
    own = _rooms("mine", OWN_ROOMS - 1, person)
    own.append(Room.objects.filter(owner=person).exclude(title__startswith="mine").get())
    others = [_person(number) for number in range(OTHER_PEOPLE)]
    elsewhere = _rooms("theirs", OTHER_ROOMS, others[0])
    known = set(Membership.objects.filter(user=person).values_list("room_id", flat=True))
    Membership.objects.bulk_create(
        Membership(room=room, user=person) for room in own if room.pk not in known
    )
    missing = total - Message.objects.count()
    _add([room.stream_id for room in own], [person.pk], missing // 10 // OWN_ROOMS)
    _add(
        [room.stream_id for room in elsewhere],
        [other.pk for other in others],
        missing * 9 // 10 // OTHER_ROOMS,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the database does by itself within minutes


def _person(number: int):  # type: ignore[no-untyped-def] # Django is not set up when this is read
    from rooms.models import User

    name = f"Other {number}"
    person, _ = User.objects.get_or_create(
        username=f"other-{number}",
        defaults={"display_name": name, "name_key": name.lower(), "is_guest": True},
    )
    return person


def _rooms(kind: str, count: int, owner):  # type: ignore[no-untyped-def]
    from history.models import Stream
    from rooms.models import Room

    rooms = list(Room.objects.filter(title__startswith=f"{kind} "))
    for number in range(len(rooms), count):
        # Codes of letters that no real code has: no vowels are among those.
        code = f"{kind[0].upper()}{number:05d}"
        rooms.append(
            Room.objects.create(
                code=code, title=f"{kind} {number}", stream=Stream.objects.create(), owner=owner
            )
        )
    return rooms


def _add(streams: list[int], authors: list[int], each: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_ADD, (each, authors, each, streams))
        cursor.execute(
            "UPDATE history_stream SET head = head + %s WHERE id = ANY(%s)", (each, streams)
        )


if __name__ == "__main__":
    django.setup()
    fill(sys.argv[1], int(sys.argv[2]))

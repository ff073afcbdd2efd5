"""Make a room and its members in the database that `DATABASE_URL` names; print one line of JSON.

    python -m benchmarks.visitors 2000

Each of them has a session, as if they had come in by the front page: that would take longer than
what is measured. Printed are the room's `code` and a `cookies` header for each.
"""

import json
import os
import secrets
import sys
from datetime import timedelta

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    code, cookies = make(int(sys.argv[1]))
    print(json.dumps({"code": code, "cookies": cookies}))


def make(count: int) -> tuple[str, list[str]]:
    """Return the code of a new room, and the cookies of `count` members who are not there yet."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from history import lookalikes
    from rooms import names
    from rooms.actions import people, rooms
    from rooms.models import Membership, User, guest_username

    owner = people.enter_as(user=None, name="Guest 0")
    room = rooms.create(user=owner)
    others = [
        User(
            username=guest_username(),
            display_name=name,
            name_key=names.key(name),
            name_skeleton=lookalikes.skeleton(name),
            password="!",  # none can be used
            is_guest=True,
        )
        for name in (f"Guest {number}" for number in range(1, count))
    ]
    User.objects.bulk_create(others)
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in others)
    store, ends = SessionStore(), timezone.now() + timedelta(days=1)
    sessions = [
        Session(
            session_key=secrets.token_hex(16),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=ends,
        )
        for user in [owner, *others]
    ]
    Session.objects.bulk_create(sessions)
    name = settings.SESSION_COOKIE_NAME
    return room.code, [f"{name}={session.session_key}" for session in sessions]


if __name__ == "__main__":
    main()

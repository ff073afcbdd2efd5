"""People, rooms and workers without a server: the verbs as a server calls them."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models.functions import Now

from history.log import write
from history.models import Message
from history.said import Said
from rooms import presence
from rooms.actions import entering, leaving, messages, people, performing, rooms, settings
from rooms.actions.changes import Changed
from rooms.actions.entering import Arrival, Entrance
from rooms.actions.messages import Posted
from rooms.actions.performing import Asked
from rooms.actions.texts import PLAIN, Raw, prepare
from rooms.commands import Edit, Leave, MessageCommand
from rooms.errors import ChatError
from rooms.live import upkeep
from rooms.live.commit import commit_patiently
from rooms.models import Connection, Deed, Membership, Room, User, Worker
from rooms.room_settings import RoomSettings

# People -------------------------------------------------------------------------------------------


def guest(name: str) -> User:
    return people.enter_as(user=None, name=name)


def session(user: User) -> str:
    """The key of a session in which this person is signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    assert store.session_key
    return store.session_key


def worker(boot_id: str = "first") -> int:
    """A worker with a fresh lease."""
    return presence.register(boot_id=boot_id, host="test", pid=0)


def connect(user: User, room: Room, *, on: int | None = None, key: str | None = None) -> str:
    """Open a socket; its id. Raises the ChatError it is refused with."""
    socket_id, _ = _arrive(user, room, on=on, key=key)
    return socket_id


def enter(user: User, room: Room) -> Entrance:
    """Open a socket, to post through it. Raises the ChatError it is refused with."""
    _, entrance = _arrive(user, room)
    return entrance


def _arrive(
    user: User, room: Room, *, on: int | None = None, key: str | None = None
) -> tuple[str, Entrance]:
    arrival = Arrival(secrets.token_hex(8), session(user) if key is None else key, room.code)
    (outcome,) = entering.arrive(worker_id=on or worker(), arrivals=[arrival])
    if isinstance(outcome, ChatError):
        raise outcome
    return arrival.socket_id, outcome


def open_room(name: str = "Ada", **options: Any) -> tuple[User, Room]:
    """Somebody in a new room, connected."""
    user = guest(name)
    room = rooms.create(user=user, **options)
    connect(user, room)
    return user, room


def come_in(name: str, room: Room, *, on: int | None = None) -> User:
    user = guest(name)
    rooms.join(user=user, code=room.code)
    connect(user, room, on=on)
    return user


def draft(entrance: Entrance, body: str, *, client_id: str | None = None) -> messages.Draft:
    """Return a post of a member who was let in, as the socket would make it."""
    member = entrance.membership
    return messages.Draft(
        stream_id=member.room.stream_id,
        room_id=member.room_id,
        author_id=member.user_id,
        author={"id": member.user.public_id, "name": member.user.display_name},
        client_id=client_id or secrets.token_hex(8),
        said=Said(body=body),
        epoch=entrance.epoch,
    )


def say(user: User, room: Room, *bodies: str) -> list[Message]:
    """Post; the messages. Raises the ChatError of the first that is refused."""
    entrance = enter(user, room)
    outcomes, _ = performing.perform([draft(entrance, body) for body in bodies])
    for outcome in outcomes:
        if isinstance(outcome, ChatError):
            raise outcome
    return list(room.stream.messages.filter(seq__in=[o.seq for o in outcomes]).order_by("seq"))  # type: ignore[union-attr]


def ask(
    room: Room, *asked: tuple[User, MessageCommand | Leave]
) -> list[Posted | Changed | ChatError]:
    """Have people ask something of a room, in one batch. Returns what became of it."""
    raws = {
        n: Raw(room.pk, room.stream_id, user.pk, command.body)
        for n, (user, command) in enumerate(asked)
        if isinstance(command, Edit)
    }
    prepared = dict(zip(raws, prepare(list(raws.values())), strict=True))
    orders = [
        Asked(
            stream_id=room.stream_id,
            room_id=room.pk,
            author_id=user.pk,
            command=command,
            text=prepared.get(n, PLAIN),
        )
        for n, (user, command) in enumerate(asked)
    ]
    outcomes, _ = commit_patiently(orders)
    return list(outcomes)  # type: ignore[arg-type]  # the database is there


def change_settings(room: Room, by: User, **wanted: object) -> Deed | None:
    """Change these settings of a room and leave the others as they are."""
    room.refresh_from_db()
    changed = replace(RoomSettings.of(room), **wanted)  # type: ignore[arg-type]
    return settings.change(room=room, by=by, wanted=changed)


def lose(user: User) -> None:
    """All sockets of this person are gone without a word."""
    sockets = Connection.objects.filter(user=user).values_list("socket_id", flat=True)
    leaving.vanish(socket_ids=list(sockets))


# Results ------------------------------------------------------------------------------------------


def transcript(room: Room) -> list[str]:
    """The log in a line each, like "2 chat Ada: hello"; its numbers are checked on the way."""
    rows = list(room.stream.messages.select_related("author").order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), "contiguous"
    room.stream.refresh_from_db()
    assert room.stream.head == max((row.changed_seq for row in rows), default=0)
    return [
        f"{row.seq} {row.kind} {row.author or 'nobody'}" + (f": {row.body}" if row.body else "")
        for row in rows
    ]


def last_notice(room: Room) -> str:
    """The text of the room's latest notice."""
    return room.stream.messages.filter(kind="notice").order_by("-seq")[0].body  # type: ignore[union-attr,no-any-return]


def said(room: Room) -> list[str]:
    """The texts of the room's messages that are not deleted."""
    rows = room.stream.messages.filter(kind="chat", deleted_at=None).order_by("seq")  # type: ignore[union-attr]
    return [row.body for row in rows]


def role(room: Room, user: User) -> str:
    return Membership.objects.get(room=room, user=user).role


def present(room: Room) -> set[str]:
    return {str(m.user) for m in Membership.objects.filter(room=room, present=True)}


def away(user: User) -> bool:
    return Membership.objects.filter(user=user, present=True, away_since__isnull=False).exists()


def is_open(room: Room) -> bool:
    room.refresh_from_db()
    return room.is_open


# Time, by changing what it is compared with -------------------------------------------------------


def pass_leave_grace() -> None:
    """Everyone away has been so for an hour."""
    Membership.objects.exclude(away_since=None).update(away_since=Now() - timedelta(hours=1))


def pass_room_grace(room: Room) -> None:
    Membership.objects.filter(room=room).exclude(reserved_until=None).update(
        reserved_until=Now() - timedelta(seconds=1)
    )
    Room.objects.filter(pk=room.pk).exclude(closes_at=None).update(
        closes_at=Now() - timedelta(seconds=1)
    )


def kill(worker_id: int) -> None:
    """The worker renews its lease no more."""
    Worker.objects.filter(pk=worker_id).update(lease_until=Now() - timedelta(seconds=1))


def sweep() -> None:
    """Run the jobs that every worker runs every second."""
    upkeep.sweep()


# At the same time ---------------------------------------------------------------------------------


def together(*works: Callable[[], Any]) -> list[Any]:
    """Start all at one moment, each on a thread and a connection of its own; what they return.

    A ChatError counts as an answer; anything else that is raised is raised here.
    """
    barrier = threading.Barrier(len(works))
    threads = [_Thread(work, before=barrier.wait) for work in works]
    for thread in threads:
        thread.start()
    return [thread.result() for thread in threads]


@contextmanager
def waiting_for(room: Room, work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Hold the room's lock, start `work`, which wants it, and run the block; then let go.

    Yields a function that gives what the work returned, to be called after the block.
    """
    thread = _Thread(work)
    with transaction.atomic():
        write.lock([room.stream_id])
        thread.start()
        _until_somebody_waits()
        yield thread.result
    thread.result()


def meanwhile(work: Callable[[], Any]) -> Callable[[], Any]:
    """Within the block of `waiting_for`: start another work that ends, or waits for a lock too.

    Returns a function that gives what it returned, to be called after the block.
    """
    thread = _Thread(work)
    thread.start()
    _until_somebody_waits(2, unless=thread)
    return thread.result


def _until_somebody_waits(number: int = 1, *, unless: threading.Thread | None = None) -> None:
    """On SQLite nobody can be asked; whoever comes waits there before the first statement."""
    if connection.vendor != "postgresql":
        return
    deadline = time.monotonic() + 10
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            # The view is fixed for a transaction unless told otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(query)
            if cursor.fetchone()[0] >= number or (unless and not unless.is_alive()):
                return
            time.sleep(0.005)
    raise AssertionError("nobody waits for the lock")


class _Thread(threading.Thread):
    def __init__(self, work: Callable[[], Any], *, before: Callable[[], Any] | None = None) -> None:
        super().__init__(daemon=True)
        self._work, self._before = work, before
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            connection.ensure_connection()
            if self._before:
                self._before()
            self._result = self._work()
        except ChatError as refusal:
            self._result = refusal
        except BaseException as error:  # noqa: BLE001 - raised by result()
            self._error = error
        finally:
            connection.close()

    def result(self) -> Any:
        self.join(timeout=30)
        assert not self.is_alive(), "still at it after 30 s"
        if self._error is not None:
            raise self._error
        return self._result

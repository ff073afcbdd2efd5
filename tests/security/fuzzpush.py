"""The notifications that people of test_fuzz.py get while they are away, and what those may say."""

from collections.abc import Sequence
from typing import Any

from tests.live.members import eventually
from tests.security.fuzzmodel import Room
from tests.security.fuzzpeople import Person, tokens
from tests.support.pushservice import PushService
from tests.support.workers import Site

_MEMBER = """rooms_membership m JOIN rooms_user u ON u.id = m.user_id JOIN rooms_room r ON r.id = m.room_id
    WHERE u.public_id = %s AND r.public_id = %s"""
_SOCKETS = f"""SELECT 1 FROM rooms_connection
    WHERE (user_id, room_id) IN (SELECT m.user_id, m.room_id FROM {_MEMBER})"""
_LONG_AWAY = f"""UPDATE rooms_membership SET away_since = away_since - interval '1 minute'
    WHERE id IN (SELECT m.id FROM {_MEMBER}) RETURNING 1"""
_LOOKED_AT = f"""SELECT 1 FROM rooms_pushedthrough p JOIN rooms_room t ON t.id = p.room_id
    JOIN history_stream s ON s.id = t.stream_id
    WHERE p.through >= s.head AND t.id IN (SELECT m.room_id FROM {_MEMBER})"""
# What waits for its pause need not; what a worker has taken is left alone.
_NO_PAUSE = f"""UPDATE rooms_push SET due_at = now()
    WHERE due_at < now() + interval '20 seconds'
    AND membership_id IN (SELECT m.id FROM {_MEMBER}) RETURNING 1"""
_DUE = f"""SELECT 1 FROM rooms_push
    WHERE due_at IS NOT NULL AND membership_id IN (SELECT m.id FROM {_MEMBER})"""


class Notifications:
    """A push service, and the clock of what is queued for it."""

    def __init__(self, site: Site, service: PushService) -> None:
        self._site, self._service = site, service

    async def subscribe(self, people: Sequence[Person]) -> None:
        for person in people:
            browser = self._service.browser(f"/{person.number}")
            kept = await person.visitor.submit("/push/", browser)
            assert kept.status_code == 200, kept.text

    def check(self, rooms: Sequence[Room]) -> dict[int, set[str]]:
        """Hold all that came against the model. Returns the secrets in it, by whose they were."""
        found: dict[int, set[str]] = {}
        for came in self._service.come():
            who, told = int(came.path[1:]), tokens(came.notification)
            room = next(room for room in rooms if room.id == came.notification["tag"])
            for token in told:
                assert room.may_be_told(who, token), f"{who} was notified of {token}: {came}"
            found.setdefault(who, set()).update(told)
        return found

    async def away(self, person: Person, room: Room) -> None:
        """Return once the site knows that somebody has no socket in a room, and has had none for long."""
        await eventually(lambda: not self._rows(_SOCKETS, person, room))
        self._rows(_LONG_AWAY, person, room)

    async def settled(self, person: Person, room: Room) -> None:
        """Return once everything said in a room was told to somebody, or never will be."""

        def is_settled() -> bool:
            if not self._rows(_LOOKED_AT, person, room):
                return False
            self._rows(_NO_PAUSE, person, room)
            return not self._rows(_DUE, person, room)

        await eventually(is_settled)

    def _rows(self, query: str, person: Person, room: Room) -> list[tuple[Any, ...]]:
        return self._site.rows(query, [person.id, room.id])

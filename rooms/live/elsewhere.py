"""What is unread in people's other rooms, told over the sockets they have anyway.

A post costs nothing for those who are elsewhere: nobody is looked up. Instead each worker asks once a
second about the people who are connected to it, a bounded number in one statement, and counts what is
unread only where a room's log or the person's read position has moved. So what was read in another tab,
a removal and a room that closed are found in the same way, with Redis or without.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from history.readers import Unread
from rooms import protocol, unread
from rooms.live.client import Client
from rooms.live.room import LiveRoom
from rooms.live.threads import DatabaseThreads
from rooms.unread import Place

# Seconds between two looks.
LOOK_EVERY = 1.0
# People in one look. Of more than that each has a turn every few seconds.
PEOPLE = 500
# Memberships in which the unread messages are counted in one look; the rest wait for the next.
COUNTS = 500
# Seconds for which somebody who is in no other room is left out, unless they come into another room on
# this worker.
REST = 5.0

_Socket = tuple[LiveRoom, Client]


class _Known(NamedTuple):
    """What is unread in a room, and `counted_at` of the Place for which it was counted."""

    counted_at: tuple[int, ...]
    unread: Unread


class Elsewhere:
    """Tells the sockets of one worker about their people's other rooms."""

    def __init__(self, *, rooms: Mapping[int, LiveRoom], threads: DatabaseThreads) -> None:
        self._rooms = rooms
        self._threads = threads
        self._turns: list[int] = []  # the people of this round whose turn is still to come
        self._known: dict[int, dict[int, _Known]] = {}  # by user, then by membership
        self._last: dict[int, list[Place]] = {}  # the rooms that were found for each user last
        self._resting: dict[int, float] = {}  # until when, on the loop's clock, by user

    async def look(self) -> None:
        """Look at the next people, and tell their sockets what is new. Raises what the database raises."""
        sockets = self._sockets()
        people = self._next(sockets)
        if not people:
            return
        found = await self._threads.read(unread.places, people)
        moved = [place for user in people for place in found.get(user, ()) if self._moved(place)]
        moved = moved[:COUNTS]
        counted = {}
        if asked := [place.membership for place in moved if place.head > place.read_through]:
            counted = await self._threads.read(unread.inside, asked)
        gone = set(asked) - counted.keys()
        counted_for = {place.user for place in moved}
        for place in moved:
            known = self._known.setdefault(place.user, {})
            count = counted.get(place.membership, Unread())
            known[place.membership] = _Known(place.counted_at, count)
        for user in people:
            inside = [place for place in found.get(user, ()) if place.membership not in gone]
            # Nearly always nothing is new but perhaps a socket.
            is_same = self._last.get(user) == inside and user not in counted_for
            self._last[user] = inside
            told = [s for s in sockets[user] if not (is_same and s[1].elsewhere)]
            self._follow(user, inside, told)

    def _sockets(self) -> dict[int, list[_Socket]]:
        sockets: dict[int, list[_Socket]] = {}
        for room in self._rooms.values():
            for client in room.clients.values():
                sockets.setdefault(client.user_id, []).append((room, client))
        return sockets

    def _next(self, sockets: Mapping[int, Sequence[_Socket]]) -> list[int]:
        """Return the people whose turn it is, of those who are connected."""
        now = asyncio.get_running_loop().time()
        if not self._turns:
            self._known = {user: known for user, known in self._known.items() if user in sockets}
            self._last = {user: places for user, places in self._last.items() if user in sockets}
            self._resting = {
                user: until
                for user, until in self._resting.items()
                if until > now and user in sockets
            }
            self._turns = [user for user in sockets if not self._rests(sockets[user], user)]
        some, self._turns = self._turns[:PEOPLE], self._turns[PEOPLE:]
        return [user for user in some if user in sockets]

    def _rests(self, sockets: Sequence[_Socket], user: int) -> bool:
        return user in self._resting and len({room.room_id for room, _ in sockets}) == 1

    def _moved(self, place: Place) -> bool:
        known = self._known.get(place.user, {}).get(place.membership)
        return known is None or known.counted_at != place.counted_at

    def _follow(self, user: int, inside: Sequence[Place], sockets: Sequence[_Socket]) -> None:
        """Take over which rooms somebody is in, and tell their sockets what is new to each."""
        known = self._known.get(user, {})
        self._known[user] = {
            place.membership: known[place.membership]
            for place in inside
            if place.membership in known
        }
        if len(inside) <= 1:
            self._resting[user] = asyncio.get_running_loop().time() + REST
        for room, client in sockets:
            others = [place for place in inside if place.room != room.room_id]
            counted = {pk: known.unread for pk, known in self._known[user].items()}
            frame = protocol.elsewhere(unread.in_order(others, counted))
            is_news = frame != client.elsewhere and (others or client.elsewhere)
            if is_news and client.socket_id in room.clients:
                client.elsewhere = frame
                client.sender.send([frame])

"""The actions of people in test_fuzz.py, each done on the site and in the model, and compared."""

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import pytest

from tests.security.fuzzmodel import Entry, Member, Room, Secret, Sent
from tests.security.fuzzpages import FITS, Pages
from tests.security.fuzzpeople import Person, tokens
from tests.security.fuzzpush import Notifications
from tests.support.client import FrameRefused, RoomSocket, SocketClosed
from tests.support.pushservice import PushService
from tests.support.uploads import Uploader
from tests.support.workers import Site

PEOPLE, ROOMS = 5, 2
STATUS = {Entry.UNKNOWN: 404, Entry.REFUSED: 403, Entry.IN: 302, Entry.ASKED: 302}
numbers = itertools.count(1)


def secret() -> str:
    return f"zq{next(numbers)}z"


class Play(Pages):
    """The whole play: also over sockets, and the owners' orders."""

    def __init__(self, site: Site, push_service: PushService) -> None:
        self.site = site
        self.push_service = push_service
        self.notifications = Notifications(site, push_service)
        self.people = [Person(n, site, address=min(n, 3)) for n in range(PEOPLE)]
        self.rooms: list[Room] = []

    async def begin(self) -> None:
        await self.push_service.__aenter__()
        for number in range(ROOMS):
            owner = self.people[number]
            code = await owner.visitor.create()
            socket = await owner.connect(number, code, worker=number)
            room = Room(socket.view.room["id"], code, owner=number)
            room.members[number] = Member()
            room.learn_code(number)
            self.rooms.append(room)
            await self.post(number, number)
        for number, who in ((0, 2), (1, 2), (0, 3), (1, 4)):
            await self.enter(who, number, right=True, old=False)
        await self.notifications.subscribe(self.people)

    async def close(self) -> None:
        for person in self.people:
            await person.close()
        await self.push_service.__aexit__(None, None, None)

    def check_frames(self) -> None:
        """Everything that was sent since the last look is held against the model."""
        self.notifications.check(self.rooms)
        for person in self.people:
            for number, frame in person.news():
                for told in frame["rooms"] if frame["type"] == "elsewhere" else ():
                    [other] = [room for room in self.rooms if room.id == told["id"]]
                    assert told["code"] in other.known_codes[person.number], (
                        f"{person.name} was told of room {told['code']} in room {number}"
                    )
                for token in tokens(frame):
                    assert self.rooms[number].may_frame(person.number, token), (
                        f"{person.name} was sent {token} in room {number}: {frame}"
                    )
                told = set(frame.get("you", {}).get("hidden", ()))
                assert told <= person.ever_hid, f"{person.name} was told of hiding: {frame}"

    # Coming and going -----------------------------------------------------------------------------

    async def enter(self, who: int, number: int, *, right: bool, old: bool) -> None:
        room, person = self.rooms[number], self.people[who]
        code = room.old_codes[-1] if old and room.old_codes else room.code
        passcode = room.passcode if right else "wrong" if room.passcode else ""
        expected = room.enter(who, code=code, passcode=passcode, address=person.address)
        status = await person.enter(code, passcode)
        assert status == STATUS[expected], f"{person.name} typed {code}: {status}, not {expected}"
        await self.connect(who, number, worker=who)

    async def connect(self, who: int, number: int, *, worker: int, after: int = 0) -> None:
        """A socket, with a cursor or without, and the page before it; or none, if it is refused."""
        room, person = self.rooms[number], self.people[who]
        claim = {"after": after, "room": room.id} if after else {}
        if not room.is_in(who):
            with pytest.raises(SocketClosed) as closed:
                await person.connect(number, room.code, worker=worker, **claim)
            assert closed.value.code in {4500, 4502, 4503}
            return
        socket = await person.connect(number, room.code, worker=worker, **claim)
        page = await socket.ask("page", before=10**6, limit=100)
        shown, expected = tokens(page), room.readable(who)
        assert shown <= expected, f"{person.name} saw {shown - expected} of room {number}"
        if room.newest < 2 * FITS:
            assert shown == expected, f"{person.name} lacks {expected - shown} of room {number}"

    async def reconnect(self, who: int, number: int) -> None:
        """All sockets of somebody fall, something is said, and they come back where they were."""
        room, person = self.rooms[number], self.people[who]
        down = person.open(number)
        for socket in down:
            await socket.drop()
            person.sockets[number].remove(socket)
        if who != room.owner:
            await self.post(room.owner, number)
        for socket in down:
            socket.code = room.code
            await socket.connect()
            person.sockets[number].append(socket)
        await self.post(room.owner, number)

    async def leave(self, who: int, number: int, *, by_page: bool) -> None:
        room, person = self.rooms[number], self.people[who]
        open_ = person.open(number)
        room.leave(who)
        if by_page:
            await person.visitor.submit(f"/rooms/{room.code}/leave/", {})
        else:
            await open_[0].ask("leave")
        await self._is_gone(who, number, open_, 4500)

    async def _is_gone(self, who: int, number: int, open_: list[RoomSocket], code: int) -> None:
        """The very next word is not theirs to hear, they have none, and their sockets end."""
        room = self.rooms[number]
        room.members[who].until = room.latest
        with suppress(SocketClosed):  # nobody may ever be told this
            frame = {"type": "post", "client_id": "last", "body": f"I too {secret()}"}
            await open_[0].send(frame)
        await self.post(room.owner, number)
        for socket in open_:
            assert await socket.closed() == code

    # Saying ---------------------------------------------------------------------------------------

    async def post(self, who: int, number: int) -> None:
        """Post a secret, and wait until every member present has received it."""
        room, token = self.rooms[number], secret()
        answer = await self.people[who].open(number)[0].post(f"I say {token}")
        room.secrets[token] = Secret(answer["seq"], answer["seq"], who)
        await self._all_have(number, token)

    async def attach(self, who: int, number: int) -> None:
        """Somebody posts a file, and everybody tries to fetch one of the room's."""
        room, person, token = self.rooms[number], self.people[who], secret()
        uploader, name = Uploader(person.visitor, room.code), f"file {next(numbers)}"
        sent = await uploader.send(token.encode(), name="note.txt", client_id=name)
        said = secret()
        answer = await person.open(number)[0].ask(
            "post", client_id=name, body=f"I send {said}", files=[{"id": sent["id"]}]
        )
        room.secrets[said] = Secret(answer["seq"], answer["seq"], who)
        room.files.append(Sent(f"/files/{sent['id']}/note.txt", answer["seq"], token))
        await self._all_have(number, said)

    async def fetch(self, who: int, number: int, pick: int) -> None:
        """Anybody tries to have a file of a room."""
        room, person = self.rooms[number], self.people[who]
        if not room.files:
            return
        file = room.files[pick % len(room.files)]
        answer = await person.visitor.get(file.path)
        expected = (200, file.content) if room.may_fetch(who, file) else (404, None)
        got = answer.status_code, answer.text if answer.status_code == 200 else None
        assert got == expected, f"{person.name} fetched {file.path} of room {number}: {got}"
        listed = await person.visitor.get(f"/rooms/{room.code}/files/")
        assert (listed.status_code == 200) == room.is_in(who), listed.status_code
        if listed.status_code == 200:
            seqs = {each["seq"] for each in listed.json()["files"]}
            assert seqs == {each.seq for each in room.files if room.may_fetch(who, each)}

    async def change(self, who: int, number: int, pick: int, what: str) -> None:
        room, socket = self.rooms[number], self.people[who].open(number)[0]
        alive = [(token, s) for token, s in room.secrets.items() if not s.is_dead]
        if not alive:
            return
        old, said = alive[pick % len(alive)]
        token = secret()
        fields: dict[str, Any] = {
            "edit": {"body": token},
            "react": {"emoji": "👍", "on": True},
        }.get(what, {})
        mine = said.author == who or (what == "delete" and who == room.owner)
        allowed = said.seq > room.members[who].hidden and (mine or what == "react")
        try:
            answer = await socket.ask(what, seq=said.seq, **fields)
        except FrameRefused:
            assert not allowed, f"{what} of {old} was refused"
            return
        assert allowed, f"{what} of {old} was let through"
        if what == "edit":
            room.secrets[token] = Secret(said.seq, answer["changed"], said.author)
        await self.post(room.owner, number)  # behind which everybody has been told of the change
        if what != "react":
            self.check_frames()  # while it may still be in them
            said.is_dead = True
        if what == "delete":
            for file in room.files:
                file.is_dead |= file.seq == said.seq

    async def _all_have(self, number: int, token: str) -> None:
        for who in self.rooms[number].inside():
            for socket in self.people[who].open(number):
                await socket.until(lambda view: token in tokens(view.bodies))

    async def hide(self, who: int, whom: int, *, hidden: bool) -> None:
        """Somebody hides another, or shows them again: nothing else that anybody sees is different."""
        person, other = self.people[who], self.people[whom]
        if not (person.id and other.id):
            return
        shares = any(room.may_read(who) and whom in room.members for room in self.rooms)
        right = who != whom and shares if hidden else other.id in person.hides
        answer = await person.hide(other.id, hidden=hidden)
        refused = 400 if hidden and who == whom else 404
        assert answer.status_code == (200 if right else refused), answer.text
        if right:
            (person.hides.add if hidden else person.hides.discard)(other.id)
            person.ever_hid |= person.hides

    # Orders ---------------------------------------------------------------------------------------

    async def order(self, number: int, who: int, verb: str) -> None:
        """The owner's, of somebody for whom it makes sense."""
        room, person = self.rooms[number], self.people[who]
        owner, was_in, open_ = self.people[room.owner], room.is_in(who), person.open(number)
        ident = person.id or await self._id_of_waiting(number, person)
        address = {"address": person.address} if verb == "ban" else {}
        assert getattr(room, verb)(room.owner, who, **address)
        answer = await owner.order(room.code, f"people/{ident}/{verb}/")
        assert answer.status_code == 200, (verb, answer.text)
        if was_in and not room.is_in(who):
            await self._is_gone(who, number, open_, 4502)
        elif room.is_in(who) and not was_in:
            await self.connect(who, number, worker=who)

    async def _id_of_waiting(self, number: int, person: Person) -> str:
        def ids(view: Any) -> list[str]:
            return [each["id"] for each in view.waiting if each["name"] == person.name]

        owner = self.people[self.rooms[number].owner]
        return ids(await owner.open(number)[0].until(lambda view: bool(ids(view))))[0]

    async def presume(self, number: int, by: int, who: int, verb: str) -> None:
        """Somebody who is not the owner gives an order, and nothing comes of it."""
        room, giver = self.rooms[number], self.people[by]
        path = {"settings": "settings/", "code": "code/", "end": "end/"}.get(verb)
        ident = self.people[who].id or "u_0123456789abcdef"
        answer = await giver.order(room.code, path or f"people/{ident}/{verb}/")
        assert answer.status_code in {403, 404}, (verb, answer.status_code, answer.text)

    async def settle(self, number: int, what: str) -> None:
        """The owner turns a setting over, or has a new code made."""
        room = self.rooms[number]
        owner = self.people[room.owner]
        if what == "code":
            answer = await owner.order(room.code, "code/")
            room.old_codes.append(room.code)
            room.code = answer.json()["code"]
            room.learn_code(*room.inside())
            return
        passcode = {"open": "on"}
        if what == "passcode":
            room.passcode = "" if room.passcode else "sesame"
            passcode = {"passcode": room.passcode} if room.passcode else passcode
        else:
            setattr(room, what, not getattr(room, what))
            passcode = {}
        rest = {"title": "", "slow_mode": "0", "grace": "3600"} | room.settings()
        answer = await owner.order(room.code, "settings/", **passcode, **rest)
        assert answer.status_code == 200, answer.text

    async def end(self, number: int, who: int) -> None:
        """The owner ends the room: somebody cannot speak, or come in, until that is undone."""
        room, owner = self.rooms[number], self.people[self.rooms[number].owner]
        assert (await owner.order(room.code, "end/")).status_code == 200
        room.ended = True
        for socket in self.people[who].open(number)[:1] if room.is_in(who) else ():
            with pytest.raises(FrameRefused) as refusal:
                await socket.post(f"I too {secret()}")
            assert refusal.value.code == "ended"
        if who in room.strangers(PEOPLE):
            await self.enter(who, number, right=True, old=False)
        assert (await owner.order(room.code, "end/undo/")).status_code == 200
        room.ended = False
        for each in room.inside():
            for socket in self.people[each].open(number):
                await socket.until(lambda view: "ended_at" not in view.room)
        await self.post(room.owner, number)

    async def race(self, number: int, who: int, verb: str) -> None:
        """Somebody is thrown out, or goes, while they speak and the owner speaks."""
        room, person = self.rooms[number], self.people[who]
        owner, open_ = self.people[room.owner], person.open(number)
        listener = owner.open(number)[0]
        turns = [(secret(), author) for _ in range(4) for author in (who, room.owner)]
        posts = [
            asyncio.create_task((open_[0] if author == who else listener).post(f"I say {token}"))
            for token, author in turns
        ]
        if verb == "leave":
            await person.visitor.submit(f"/rooms/{room.code}/leave/", {})
        else:
            answer = await owner.order(room.code, f"people/{person.id}/{verb}/")
            assert answer.status_code == 200, answer.text
        outcomes = await asyncio.gather(*posts, return_exceptions=True)
        owners = {token for token, author in turns if author == room.owner}
        view = await listener.until(
            lambda view: person.id not in view.members and owners <= tokens(view.bodies)
        )
        gone = max(m["seq"] for m in view.messages.values() if m["kind"] == "leave")
        heard = {t: m["seq"] for m in view.messages.values() for t in tokens(m["body"])}
        for (token, author), outcome in zip(turns, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                assert author == who, outcome
                assert isinstance(outcome, FrameRefused | SocketClosed), outcome
            else:
                assert heard[token] == outcome["seq"], "what is acked is in the log"
            if token in heard:
                assert author != who or heard[token] < gone, f"{token} was said after they went"
                room.secrets[token] = Secret(heard[token], heard[token], author)
        address = {"address": person.address} if verb == "ban" else {}
        by = () if verb == "leave" else (room.owner,)
        assert getattr(room, verb)(*by, who, **address)
        room.members[who].until = gone
        for socket in open_:
            assert await socket.closed() == (4500 if verb == "leave" else 4502)
        self.check_frames()

    async def doze(self, who: int, number: int) -> None:
        """Somebody's sockets are gone for a while, and their browser is notified: or not, as they wish."""
        room, person = self.rooms[number], self.people[who]
        for socket in person.open(number):
            await socket.drop()
            person.sockets[number].remove(socket)
        await self.notifications.away(person, room)
        await self.post(room.owner, number)
        newest = max(room.secrets, key=lambda token: room.secrets[token].seq)
        await self.notifications.settled(person, room)
        told = self.notifications.check(self.rooms).get(who, set())
        hears = room.members[who].bell == "everything"
        hears &= self.people[room.owner].id not in person.hides
        assert (newest in told) == hears, f"{person.name}, away: {newest} in {told}"
        await self.connect(who, number, worker=who)

"""What people of test_fuzz.py do by pages alone, held against the model: what they are shown, for one."""

from time import monotonic

from tests.security.fuzzmodel import Room
from tests.security.fuzzpeople import Device, Person, tokens
from tests.support.workers import Site

SHOWN = 40  # hits on a page of search, at least
INDEXED = 8.0  # seconds after which search knows what was said
FITS = 45  # messages before and after one on a page of the transcript, at least


class Pages:
    """People, their rooms, and what is known of both."""

    site: Site
    people: list[Person]
    rooms: list[Room]

    async def stop_asking(self, who: int, number: int) -> None:
        """Anybody; who has asked asks no more, and all others still do."""
        room = self.rooms[number]
        path = f"/rooms/{room.code}/waiting/"
        answer = await self.people[who].visitor.submit(path, {})
        assert answer.status_code == 302, answer.text
        room.waiting.discard(who)
        for each in self.people:
            waits = (await each.visitor.get(path)).json()["waiting"]
            assert waits == (each.number in room.waiting), each.name

    async def turn_bell(self, who: int, number: int, to: str) -> None:
        """Those who are in turn their own bell; to all others there is no such room."""
        room, person = self.rooms[number], self.people[who]
        path = f"/rooms/{room.code}/bell/"
        turned = await person.visitor.submit(path, {"bell": to})
        if not room.is_in(who):
            assert turned.status_code == 404, (person.name, turned.text)
            return
        room.members[who].bell = to
        for member in room.inside():
            answer = await self.people[member].visitor.get(path)
            assert answer.json()["bell"] == room.members[member].bell, self.people[member].name

    async def hand_off(self, who: int, number: int, *, worker: int, yes: bool, late: bool) -> None:
        """Somebody goes on at another device, which is nobody until the answer and no more than they are.

        `late`: another device has opened the link before. Of both only that one is let in.
        """
        room, person = self.rooms[number], self.people[who]
        made = await person.visitor.submit("/account/handoff/", {"room": room.id})
        if not person.id:  # never in a room: there is nobody to go on
            assert made.status_code == 302
            return
        link, url = made.json()["link"], self.site.urls[worker % len(self.site.urls)]
        async with Device(url) as phone, Device(url) as other:
            if late:
                assert (await other.ask(link)).status_code == 200
            assert (await phone.ask(link)).status_code == (404 if late else 200)
            if not room.is_in(who):
                assert not tokens((await phone.look(room.id)).text)
            assert (await phone.come_in()).status_code in {403, 404}
            told = (await person.visitor.get("/account/handoff/state/")).json()
            fields = {"handoff": str(told["handoff"]), "answer": "yes" if yes else "no"}
            await person.visitor.submit("/account/handoff/answer/", fields)
            for device in (phone, other):
                let_in = yes and (device is other) is late
                came = await device.come_in()
                assert came.status_code == (200 if let_in else 404), came.text
                shown = await device.look(room.id)
                expected = room.readable(who) if let_in else set()
                assert tokens(shown.text) == expected, f"{person.name} on another device"

    async def look(self, who: int, number: int, pick: int) -> None:
        """At every page there is, with the right ids, whoever it is."""
        room, person = self.rooms[number], self.people[who]
        expected, base = room.readable(who), f"/history/rooms/{room.id}/"
        status = 200 if room.may_read(who) else 404
        for path in (base, f"{base}?at={pick + 1}", f"{base}export/?format=json"):
            answer = await person.visitor.get(path)
            assert answer.status_code == status, f"{person.name} at {path}: {answer.status_code}"
            shown = tokens(answer.text)
            assert shown <= expected, f"{person.name} at {path} saw {shown - expected}"
            if "export" in path or room.newest < FITS:
                assert shown == expected, f"{person.name} at {path} lacks {expected - shown}"
        if person.id:
            await self._search(who)
        for path in (f"/rooms/{room.code}/manage/", f"/rooms/{room.code}/waiting/"):
            assert not tokens((await person.visitor.get(path)).text)

    async def _search(self, who: int) -> None:
        person = self.people[who]
        findable = set[str]().union(*(room.findable(who) for room in self.rooms))
        own = {t for r in self.rooms for t, s in r.secrets.items() if s.author == who}
        page = (await person.visitor.get("/history/?q=zq*")).text
        # A mark around what was looked for parts the secret.
        found = tokens(page.replace("<mark>", "").replace("</mark>", ""))
        assert found <= findable, f"{person.name} found {found - findable}"
        if len(findable) <= SHOWN:
            since = monotonic() - INDEXED
            old = {
                t
                for t in findable
                for room in self.rooms
                if t in room.secrets and room.secrets[t].at < since
            }
            assert old <= found, f"{person.name} does not find {old - found}"
        mine = tokens((await person.visitor.get("/history/export/?format=json")).text)
        assert mine == own & findable, f"{person.name}'s own: {mine ^ (own & findable)}"

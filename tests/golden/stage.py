"""A room of a running site with three people in it, and what all of them are told, step by step."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.golden.frames import LAST, is_marker, written
from tests.golden.normal import Names
from tests.golden.people import Person
from tests.support.client import RoomSocket, RoomView
from tests.support.workers import Site

_AUDIT = (
    "SELECT id, verb, role, actor_name, target_name, reason, details, undoes_id "
    "FROM rooms_deed WHERE id > %s ORDER BY id"
)
_EPOCH = (
    "SELECT epoch FROM history_stream JOIN rooms_room ON stream_id = history_stream.id "
    "WHERE public_id = %s"
)
_ALERT = re.compile(r'<(\w+)[^>]*role="alert"[^>]*>(.*?)</\1>', re.DOTALL)


class Stage:
    """One recording under way."""

    def __init__(self, site: Site, rows: Callable[..., list[tuple[Any, ...]]]) -> None:
        """`rows` asks the database, as `site.rows` does."""
        self.site = site
        self.code = self.room_id = ""
        self.names = Names()
        self.people: list[Person] = []
        self.posts = 0
        self.rows = rows
        [(self.last_deed,)] = rows("SELECT COALESCE(MAX(id), 0) FROM rooms_deed")
        self._lines: list[str] = []

    async def begin(self, owner: Person, *others: Person) -> None:
        """Open the room, and wait until all are there and know it."""
        opened = await owner.sends("/", name=owner.name, code="", create="1", accept="text/html")
        self.code = opened.headers["Location"].split("/")[2]
        self.names.of(self.code, "code")
        everybody = (owner, *others)
        for person in everybody:
            if person is not owner:
                await person.enters()
            await person.come()
        self.room_id = owner.ear.view.room["id"]
        for person in everybody:
            await person.ear.until(lambda view: len(view.members) == len(everybody))
            person.ear.heard.clear()

    def person(self, name: str, *, worker: int = 1) -> Person:
        """Somebody more, with nothing but a browser."""
        person = Person(self, name, worker)
        self.people.append(person)
        return person

    async def runs(self, *arguments: str) -> None:
        """Run manage.py beside the workers."""
        await asyncio.to_thread(self.site.manage, *arguments)

    async def upkeep(self, python: str) -> None:
        """Do what workers do once in a while, beside them."""
        await self.runs("shell", "--no-imports", "-c", f"from rooms.actions import roles; {python}")

    async def step(
        self,
        title: str,
        action: Awaitable[Any],
        *,
        ends: Collection[Person] = (),
        until: tuple[Person, str] | None = None,
        again: bool = False,
    ) -> Any:
        """Have something done and record what comes of it. Return what it returned.

        `ends`: the people whose sockets are closed by it. `until`: somebody, and the type of a
        frame that reaches them by and by. `again`: the epoch goes up once more if a socket whose
        session has ended is not closed yet. A message posted afterwards, the marker, shows that
        everybody has been told all of it; people whose sockets are closed must not get it.
        """
        before = self._epoch()
        answer = await action
        after = self._epoch()
        if until is not None:
            person, kind = until
            await person.ear.frame(lambda frame: frame["type"] == kind)
        await self._mark(ends)
        if after != before:  # names and roles are told after what is said under new rules
            await self._mark(ends)
        self._lines += ["", f"# {title}"]
        if isinstance(answer, httpx.Response):
            self._lines.append(self._said(answer))
        if after != before:
            self._lines.append("epoch up" if again else f"epoch {after - before:+}")
        self._read_audit()
        self._read([person for person in self.people if person.is_open])
        return answer

    async def _mark(self, ends: Collection[Person]) -> None:
        staying = [each for each in self.people if each.is_open and each not in ends]
        staying = [each for each in staying if not each.ear.closes]
        if staying:
            client_id = f"marker {len(self.names.markers)}"
            ack = await staying[0].ear.post("marker", client_id=client_id)
            self.names.markers.append(ack["seq"])
            for person in staying:
                await person.ear.until(lambda view: view.cursor >= ack["seq"])
        for person in ends:
            await person.ear.closed()

    def _epoch(self) -> int:
        rows = self.rows(_EPOCH, [self.room_id])
        return int(rows[0][0]) if rows else 0

    def _read_audit(self) -> None:
        for pk, verb, role, actor, target, reason, details, undoes in self.rows(
            _AUDIT, [self.last_deed]
        ):
            self.last_deed = pk
            self.names.of(f"deed {pk}", "deed")
            if isinstance(details, str):  # SQLite
                details = json.loads(details)
            entry = {"verb": verb, "as": role, "who": actor, "whom": target, "why": reason}
            self._line("audit", entry | {"details": details, "undoes": undoes})

    def _read(self, people: Collection[Person]) -> None:
        """Write down what people were told, each thing once with all who were."""
        told: dict[tuple[int, str], list[str]] = {}
        for person in people:
            ear = person.ear
            frames = [json.loads(text) for text in ear.heard]
            ear.heard.clear()
            ear.received.clear()
            lines = [
                (rank, f"{kind} {self._json(frame)}")
                for rank, kind, frame in written(frames, is_over=bool(ear.closes))
            ]
            if ear.closes:
                lines.append((LAST, f"closed {ear.closes[-1]}"))
                person.is_open = False
            for line in lines:
                told.setdefault(line, []).append(person.label)
        for (_, line), names in sorted(told.items(), key=lambda item: item[0][0]):
            self._lines.append(f"{', '.join(names)} {line}")

    def _line(self, head: str, value: Any) -> None:
        self._lines.append(f"{head} {self._json(value)}")

    def _json(self, value: Any) -> str:
        return json.dumps(self.names.normal(value), ensure_ascii=False, sort_keys=True)

    def _said(self, answer: httpx.Response) -> str:
        """What a page answered: JSON, where it leads, or its alerts."""
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            text = self._json(answer.json())
        elif "Location" in answer.headers:
            # The code first: it may be four digits.
            text = re.sub(r"/\d+/", "/<key>/", self.names.text(answer.headers["Location"]))
        else:
            alerts = [
                html.unescape(re.sub(r"<[^>]*>", "", a[2])) for a in _ALERT.finditer(answer.text)
            ]
            text = self.names.text(" | ".join(" ".join(alert.split()) for alert in alerts))
        return f"answer {answer.status_code} {text}".rstrip()

    async def finish(self) -> str:
        """The recording, with the log as a new page has it; everybody's own view is the same."""
        self._lines += ["", "# The log as it is then"]
        here = [person for person in self.people if person.is_open]
        for person in here:
            fresh = await self._fresh(person)
            assert person.ear.view.difference(fresh) == "", person.label
            assert {**person.ear.view.you, "muted_left": 0} == {**fresh.you, "muted_left": 0}
            for message in fresh.transcript if person is here[0] else ():
                if not is_marker(message):
                    self._line("log", message)
        return "\n".join(self._lines).strip() + "\n"

    async def _fresh(self, person: Person) -> RoomView:
        async with RoomSocket(person, self.code) as page:
            await page.load_all()
            return page.view


@asynccontextmanager
async def stage(site: Site) -> AsyncIterator[tuple[Stage, Person, Person, Person]]:
    """A room of Ada's with Bob and Eve in it: Bob on another worker than the others."""
    with site.database() as rows:
        scene = Stage(site, rows)
        names = ("Ada", "Bob", "Eve")
        ada, bob, eve = (scene.person(name, worker=n) for n, name in enumerate(names))
        try:
            await scene.begin(ada, bob, eve)
            yield scene, ada, bob, eve
        finally:
            await asyncio.gather(*(person.ear.drop() for person in scene.people))
            for person in scene.people:
                await person.http.aclose()

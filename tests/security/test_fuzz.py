"""Nobody is ever sent, or finds on a page, what is said in a room that is not theirs to see.

Random orders of what people do are played on two real workers and, in memory, on a model of who may
do and see what. Every message says a secret of its own; what comes over each socket and each page is
looked through for them. In the usual run the same few plays; `FUZZ_EXAMPLES=300 bin/test
tests/security/test_fuzz.py` plays others, and for longer.

It has been seen to fail on: a lock or passcode that is not asked for, a page without `hidden_through`,
a transcript for a removed member, a removal that leaves sockets open, a post that does not ask whether
its author was sent away meanwhile, and words shown before it was looked at who may still see them.
"""

import asyncio
import os
import traceback
from collections.abc import Coroutine, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.security.fuzzmodel import Room
from tests.security.fuzzplay import PEOPLE, ROOMS, Play
from tests.support.https import Authority
from tests.support.pushservice import PushService
from tests.support.workers import Site

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
STEPS = 20

rooms = st.integers(0, ROOMS - 1)
# One of those who can do it just now: the rules are written so that nearly every step counts.
picks = st.integers(0, 59)
flags = st.booleans()
doors = st.sampled_from(["locked", "passcode", "by_request", "history_open", "code"])


def one(of: Sequence[int], pick: int) -> int:
    return of[pick % len(of)]


def _told(work: Coroutine[Any, Any, Any]) -> str:
    given = work.cr_frame.f_locals
    what = ", ".join(f"{name}={value!r}" for name, value in given.items() if name != "self")
    return f"{work.__qualname__}({what})"


class Fuzz(RuleBasedStateMachine):
    """People 0 and 1 own a room each; 3 and 4 sit behind one address."""

    site: Site
    authority: Authority

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.play = Play(self.site, PushService(self.authority))
        self.steps: list[str] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        self.steps.append(_told(work))
        try:
            return self.loop.run_until_complete(work)
        except Exception:
            # Two workers do not play the same twice: what hypothesis says after trying again may be
            # about something else.
            traceback.print_exc()
            print("steps:", *self.steps, sep="\n  ")
            raise

    def teardown(self) -> None:
        try:
            self.run(self.play.close())
        finally:
            self.loop.close()

    def room(self, number: int) -> Room:
        return self.play.rooms[number]

    @initialize()
    def begin(self) -> None:
        self.run(self.play.begin())

    @rule(number=rooms, pick=picks, right=flags, old=flags)
    def knock(self, number: int, pick: int, right: bool, old: bool) -> None:
        """Somebody who is not in types a code, with the passcode or a wrong one."""
        if outside := self.room(number).outside(PEOPLE):
            self.run(self.play.enter(one(outside, pick), number, right=right, old=old))

    @rule(number=rooms, pick=picks, door=doors, right=flags)
    def change_the_door(self, number: int, pick: int, door: str, right: bool) -> None:
        """And somebody for whom it is meant finds out."""
        self.run(self.play.settle(number, door))
        if not self.room(number).strangers(PEOPLE):
            self.run(self.play.order(number, one(self.room(number).guests(), pick), "remove"))
        who = one(self.room(number).strangers(PEOPLE), pick)
        self.run(self.play.enter(who, number, right=right, old=door == "code"))
        self.run(self.play.connect(who, number, worker=pick, after=1))

    @rule(
        number=rooms, pick=picks, right=flags, door=doors, verb=st.sampled_from(["ban", "remove"])
    )
    def throw_out(self, number: int, pick: int, right: bool, door: str, verb: str) -> None:
        """And they try to come back, by a door that is another one perhaps."""
        if guests := self.room(number).guests():
            who = one(guests, pick)
            self.run(self.play.order(number, who, verb))
            self.run(self.play.look(who, number, pick))
            if pick % 2:
                self.run(self.play.settle(number, door))
            self.run(self.play.enter(who, number, right=right, old=False))

    @rule(number=rooms, pick=picks, verb=st.sampled_from(["ban", "remove", "leave"]))
    def throw_out_in_the_middle_of_a_word(self, number: int, pick: int, verb: str) -> None:
        if guests := self.room(number).guests():
            self.run(self.play.race(number, one(guests, pick), verb))

    @rule(number=rooms, who=picks)
    def end_and_go_on(self, number: int, who: int) -> None:
        self.run(self.play.end(number, who % PEOPLE))

    @rule(number=rooms, pick=picks, by_page=flags)
    def leave(self, number: int, pick: int, by_page: bool) -> None:
        if guests := self.room(number).guests():
            self.run(self.play.leave(one(guests, pick), number, by_page=by_page))

    @rule(number=rooms, pick=picks, verb=st.sampled_from(["unban", "admit"]))
    def relent(self, number: int, pick: int, verb: str) -> None:
        room = self.room(number)
        if whom := room.banned() if verb == "unban" else sorted(room.waiting):
            self.run(self.play.order(number, one(whom, pick), verb))

    @rule(number=rooms, pick=picks)
    def stop_asking(self, number: int, pick: int) -> None:
        """Of those who wait, and of the others too."""
        self.run(
            self.play.stop_asking(one([*self.room(number).waiting, *range(PEOPLE)], pick), number)
        )

    @rule(
        number=rooms,
        by=picks,
        pick=picks,
        verb=st.sampled_from(["ban", "unban", "remove", "admit", "settings", "code", "end"]),
    )
    def give_orders_that_are_not_theirs_to_give(
        self, number: int, by: int, pick: int, verb: str
    ) -> None:
        by = one([n for n in range(PEOPLE) if n != self.room(number).owner], by)
        self.run(self.play.presume(number, by, pick % PEOPLE, verb))

    @rule(number=rooms, pick=picks, count=st.integers(1, 2))
    def post(self, number: int, pick: int, count: int) -> None:
        for _ in range(count):
            self.run(self.play.post(one(self.room(number).inside(), pick), number))

    @rule(number=rooms, pick=picks, who=picks, which=picks)
    def attach(self, number: int, pick: int, who: int, which: int) -> None:
        """A file is posted, and anybody asks for one."""
        self.run(self.play.attach(one(self.room(number).inside(), pick), number))
        self.run(self.play.fetch(who % PEOPLE, number, which))

    @rule(number=rooms, who=picks, pick=picks)
    def fetch(self, number: int, who: int, pick: int) -> None:
        self.run(self.play.fetch(who % PEOPLE, number, pick))

    @rule(
        number=rooms,
        pick=picks,
        which=picks,
        what=st.sampled_from(["edit", "edit", "delete", "react"]),
    )
    def change(self, number: int, pick: int, which: int, what: str) -> None:
        who = one(self.room(number).inside(), pick)
        self.run(self.play.change(who, number, which, what))

    @rule(
        number=rooms, who=picks, worker=st.integers(0, 1), after=st.sampled_from([0, 1, 3, 10**6])
    )
    def open_tab(self, number: int, who: int, worker: int, after: int) -> None:
        """Anybody, with any number for a cursor."""
        self.run(self.play.connect(who % PEOPLE, number, worker=worker, after=after))

    @rule(number=rooms, pick=picks)
    def reconnect(self, number: int, pick: int) -> None:
        self.run(self.play.reconnect(one(self.room(number).inside(), pick), number))

    @rule(number=rooms, who=picks, to=st.sampled_from(["everything", "to_me", "nothing"]))
    def turn_bell(self, number: int, who: int, to: str) -> None:
        self.run(self.play.turn_bell(who % PEOPLE, number, to))

    @rule(number=rooms, pick=picks, bell=st.sampled_from(["everything", "nothing"]))
    def doze(self, number: int, pick: int, bell: str) -> None:
        """Somebody puts the phone away, and it buzzes, or does not."""
        if guests := self.room(number).guests():
            self.run(self.play.turn_bell(one(guests, pick), number, bell))
            self.run(self.play.doze(one(guests, pick), number))

    @rule(who=picks, whom=picks, hidden=flags)
    def hide_somebody(self, who: int, whom: int, hidden: bool) -> None:
        """Anybody, of their rooms or of others."""
        self.run(self.play.hide(who % PEOPLE, whom % PEOPLE, hidden=hidden))

    @rule(number=rooms, who=picks, worker=st.integers(0, 1), yes=flags, late=flags)
    def hand_off(self, number: int, who: int, worker: int, yes: bool, late: bool) -> None:
        """Anybody goes on at another device, or somebody who has seen the link tries to."""
        who %= PEOPLE
        self.run(self.play.hand_off(who, number, worker=worker, yes=yes, late=late))

    @rule(number=rooms, who=picks, pick=picks)
    def look(self, number: int, who: int, pick: int) -> None:
        self.run(self.play.look(who % PEOPLE, number, pick))

    @invariant()
    def nobody_was_sent_what_is_not_theirs(self) -> None:
        self.loop.run_until_complete(asyncio.sleep(0))
        self.play.check_frames()


def test_nobody_ever_sees_what_is_not_theirs(cluster: Site, authority: Authority) -> None:
    Fuzz.site, Fuzz.authority = cluster, authority
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Fuzz,
        settings=settings(
            max_examples=EXAMPLES or 5,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            # A failure names its steps; making them fewer takes minutes.
            phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

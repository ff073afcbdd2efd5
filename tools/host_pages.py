"""A lesson with its host, for pictures: it ends at a time, and somebody there has hidden somebody else."""

from dataclasses import dataclass

from tests.support.client import Visitor

LESSON = (
    (0, "Today: why does ice float?"),
    (1, "Because it is cold!!!"),
    (1, "Can we go yet"),
    (0, "Nearly. What else becomes lighter when it freezes?"),
    (2, "Nothing that I know of."),
    (1, "@山田 花子 nerd"),
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A room, its owner, somebody in it who has hidden another, and a room that has just ended."""

    code: str
    owner: Visitor
    hides: Visitor
    ended: str


async def begin(owner: Visitor, hides: Visitor, *, hidden: str, code: str, ended: str) -> Lesson:
    """`hidden` is the id of who is hidden."""
    fields = {"title": "Physics, 9b", "slow_mode": "0", "grace": "3600", "history_open": "on"}
    await owner.order(code, "settings/", **fields, call_link="https://meet.example/{room}")
    await owner.order(code, "end/plan/", minutes="45")
    await owner.order(ended, "end/")
    await hides.submit("/account/hidden/", {"person": hidden, "hidden": "yes"})
    for visitor in (owner, hides):
        await visitor.get("/history/")  # says that it was done, or every picture would
    return Lesson(code, owner, hides, ended)

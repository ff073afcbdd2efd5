"""A lesson with its host, for pictures: somebody there has hidden somebody else."""

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
    """A room, and somebody in it who has hidden another."""

    code: str
    hides: Visitor


async def hide(hides: Visitor, person_id: str, code: str) -> Lesson:
    await hides.submit("/account/hidden/", {"person": person_id, "hidden": "yes"})
    await hides.get("/history/")  # says that it was done, or every picture would
    return Lesson(code, hides)

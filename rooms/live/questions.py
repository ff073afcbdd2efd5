"""Items of a batch whose senders wait for an answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class Question(Generic[Item, Result]):
    """An item whose sender waits for its answer."""

    about: Item
    answer: asyncio.Future[Result] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def reply(self, outcome: Result | Exception) -> None:
        """Answer, unless the sender has given up waiting."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


def reply_to_each(
    questions: Sequence[Question[Item, Result]], outcomes: Sequence[Result | Exception]
) -> None:
    """Answer questions, each with its own outcome."""
    for question, outcome in zip(questions, outcomes, strict=True):
        question.reply(outcome)

"""A test of several steps in one window: a failure says in which of them it happened.

with step("an edit is seen in the other window"):
    ...
"""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """A part of a test. What fails in it carries `what` as a note, which pytest prints."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"In the step: {what}")
        raise

"""Every verb, in a room of its own. Each function's name is the name of its recording."""

from collections.abc import Awaitable, Callable

from tests.golden.people import Person
from tests.golden.stage import Stage

Scenario = Callable[[Stage, Person, Person, Person], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play

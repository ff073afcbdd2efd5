"""Ada and Eve are in a room of Ada's; Bob is a member who has subscribed to web push, and is away."""

import pytest

from rooms.models import Room, User
from tests.actions.factories import come_in, open_room
from tests.actions.notified import go, subscribe


@pytest.fixture
def room() -> Room:
    return open_room("Ada", title="Engines")[1]


@pytest.fixture
def ada(room: Room) -> User:
    return User.objects.get(display_name="Ada")


@pytest.fixture
def eve(room: Room) -> User:
    return come_in("Eve", room)


@pytest.fixture
def bob(room: Room) -> User:
    user = come_in("Bob", room)
    subscribe(user)
    go(user)
    return user

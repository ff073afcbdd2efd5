"""People who are in a room without a client: as many as a test or a picture needs."""

_CROWD = """
from history.lookalikes import skeleton
from rooms import names
from rooms.actions.entering import enter
from rooms.models import Membership, Room, User
from rooms.turn import turn

def person(name):
    keys = {"name_key": names.key(name), "name_skeleton": skeleton(name)}
    return User(username=f"crowd {name}", display_name=name, is_guest=True, **keys)

users = User.objects.bulk_create(person(name) for name in NAMES)
room = Room.objects.get(code=CODE, closed_at=None)
members = Membership.objects.bulk_create(Membership(room=room, user=user) for user in users)
with turn(room) as t:
    enter({t: members})
"""


def crowd(code: str, names: list[str]) -> str:
    """What `manage.py shell -c` runs to put people of these names into a room."""
    return f"NAMES = {names}; CODE = {code!r}\n{_CROWD}"

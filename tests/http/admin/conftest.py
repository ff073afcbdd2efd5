"""Staff in the admin, and the room they look at."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from rooms.models import Room, User
from tests.http.admin.staff import PASSWORD, guest, room_of


@pytest.fixture
def boss(client: Client) -> User:
    """A superuser, signed in."""
    call_command("createsuperuser", "--noinput", username="boss", verbosity=0)
    user = User.objects.get(username="boss")
    user.set_password(PASSWORD)
    user.save()
    assert client.login(username="boss", password=PASSWORD)
    return user


@pytest.fixture
def ada(db: None) -> User:
    return guest("Ada")


@pytest.fixture
def room(ada: User) -> Room:
    return room_of(ada, "hello", "goodbye", title="Analytical Engine")


@pytest.fixture
def staff(client: Client) -> Callable[..., User]:
    """Someone of the staff, signed in: `staff("view_room")` by permissions, `staff(role=…)`."""

    def staff(*codenames: str, role: str = "") -> User:
        user = User.objects.create_user("mod", password=PASSWORD, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        user.groups.set(Group.objects.filter(name=role))
        client.force_login(user)
        return user

    return staff

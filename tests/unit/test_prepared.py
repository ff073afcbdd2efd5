"""Queries that are put into SQL once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from history.prepared import Prepared, insert
from rooms.models import Membership, SignIn
from tests.actions.factories import guest, open_room

pytestmark = pytest.mark.django_db

mine = Prepared(
    lambda user, code: Membership.objects.filter(user=user, room__code=code).select_related("room"),
    user=int,
    code=str,
)


def test_it_finds_what_the_query_finds_each_time_for_its_values() -> None:
    ada, room = open_room("Ada")
    bob, other = open_room("Bob")
    for user, its in ((ada, room), (bob, other), (ada, room)):
        with CaptureQueriesContext(connection) as asked:
            (found,) = mine.all(user=user.pk, code=its.code)
            assert found.room == its
        assert len(asked) == 1
        assert found == Membership.objects.get(user=user, room=its)
    assert mine.all(user=ada.pk, code=other.code) == []
    assert mine.first(user=ada.pk, code="' OR 1=1 --") is None


def test_a_row_is_inserted_as_django_would() -> None:
    user = guest("Ada")
    row = SignIn(user=user, session_key="k" * 32, agent="a%s'")
    insert(row)
    kept = SignIn.objects.get(pk=row.pk)
    assert (kept.user, kept.agent, kept.former_key) == (user, "a%s'", "")
    assert kept.created_at is not None
    row.agent = "another"
    row.save()  # it is known to be there
    assert SignIn.objects.get().agent == "another"

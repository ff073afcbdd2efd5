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


def test_a_prepared_query_finds_the_same_rows_for_each_of_its_values() -> None:
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


of_them = Prepared(
    lambda users, codes, role: Membership.objects.filter(
        user_id__in=users, room__code__in=codes, role=role
    ).only("room__code"),
    users=[int],
    codes=[str],
    role=str,
)


def test_values_may_be_one_of_a_list_of_any_length() -> None:
    rooms = [open_room(f"Ada {number}") for number in range(5)]
    for count in (5, 1, 3, 2, 4, 5):
        some = rooms[:count]
        found = of_them.all(
            users={user.pk for user, _ in some}, codes=[room.code for _, room in some], role="owner"
        )
        assert {m.user_id for m in found} == {user.pk for user, _ in some}
    everybody = [user.pk for user, _ in rooms]
    (one,) = of_them.all(users=everybody, codes=[rooms[2][1].code], role="owner")
    assert one.user == rooms[2][0]
    assert of_them.all(users=everybody, codes=[], role="owner") == []
    assert of_them.all(users=everybody, codes=[rooms[2][1].code], role="member") == []
    assert len(of_them._compiled) <= 5, "once for each power of two"


def test_numbers_are_compared_with_what_they_are() -> None:
    later = Prepared(lambda after: Membership.objects.filter(read_through__gt=after), after=int)
    user, _room = open_room("Ada")
    Membership.objects.filter(user=user).update(read_through=5)
    assert [len(later.all(after=after)) for after in (4, 5, 4)] == [1, 0, 1]


def test_a_value_that_is_changed_on_its_way_is_a_mistake_of_the_program() -> None:
    begun = Prepared(lambda code: Membership.objects.filter(room__code__startswith=code), code=str)
    with pytest.raises(ValueError, match="none of its parameters"):
        begun.all(code="K")


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

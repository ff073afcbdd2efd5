"""One code of a second factor, sent twice at the same moment."""

from functools import partial

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from rooms.actions import factors
from rooms.models import User
from rooms.refusals.factors import CodesWait, WrongCode
from tests.actions.factories import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", [factors.APP, factors.RECOVERY])
def test_of_two_who_send_the_same_code_at_once_one_comes_in(kind: str) -> None:
    boss = User.objects.create_user("boss", is_staff=True)
    key = "31" * 20
    TOTPDevice.objects.create(user=boss, name="Phone", key=key)
    [recovery, *_] = factors.make_codes(user=boss)
    code = f"{totp(bytes.fromhex(key)):06d}" if kind == factors.APP else recovery
    prove = partial(factors.prove_by_code, user=boss, code=code)
    outcomes = together(prove, prove)
    assert outcomes.count(kind) == 1
    assert [isinstance(outcome, WrongCode | CodesWait) for outcome in outcomes].count(True) == 1

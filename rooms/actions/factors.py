"""Second factors of the staff: authenticator apps, passkeys and recovery codes.

The apps' secrets and codes are django-otp's, which takes no code twice and has whoever types a wrong one
wait, twice as long each time. Recovery codes are 80 random bits, of which a hash is kept.
"""

import unicodedata
from base64 import b32encode, urlsafe_b64encode
from binascii import unhexlify
from datetime import datetime
from hashlib import sha256
from math import ceil
from secrets import token_bytes
from time import time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from rooms import audit, factors, passkeys
from rooms.actions import sign_ins
from rooms.errors import ChatError
from rooms.models import Passkey, User
from rooms.refusals.factors import (
    CodesWait,
    NoSuchFactor,
    PasskeyKnown,
    TooManyFactors,
    WrongCode,
    WrongFirstCode,
    WrongPasskey,
)
from rooms.turn import lock_person

# Recovery codes that somebody gets, apps that somebody has, and passkeys.
CODES = 10
APPS_MAX = 3
PASSKEYS_MAX = 10
APP, PASSKEY, RECOVERY = KINDS = ("app", "passkey", "recovery code")

_DIGITS = 6
_TYPED_MAX = 40  # characters of a code that are looked at
# Wrong codes in a row that are counted: the wait doubles with each, to half an hour, and no further, so
# that nobody who guesses keeps the owner out for days.
_COUNTED = 12


def prove_by_code(*, user: User, code: str) -> str:
    """Check a code of an authenticator app, or a recovery code, which is used up. Return its kind.

    Raises WrongCode, and CodesWait for a while after one.
    """
    typed = _normal(code)
    kind = APP if typed.isdecimal() and len(typed) == _DIGITS else RECOVERY
    refusal: ChatError | None
    with transaction.atomic():  # what is counted stays, also of a wrong one
        if kind == APP:
            refusal = _try(TOTPDevice.objects.filter(confirmed=True), user, typed)
        else:
            refusal = _try(StaticDevice.objects.all(), user, _hash(typed))
        if isinstance(refusal, WrongCode):
            audit.record("refuse factor", actor=None, role="system", target=user, kind=kind)
        elif refusal is None and kind == RECOVERY:
            left = codes_left(user)
            audit.record("use recovery code", actor=user, role="self", left=left)
    if refusal is not None:
        raise refusal
    return kind


def prove_by_passkey(*, user: User, sent: str, challenge: bytes, place: passkeys.Place) -> None:
    """Check what a browser has signed with a passkey of this person. Raises WrongPasskey."""
    refusal: ChatError | None = None
    with transaction.atomic():
        try:
            keys = Passkey.objects.select_for_update().filter(user=user)
            key = keys.filter(credential_id=passkeys.credential_id(sent)).first()
            if key is None:
                raise WrongPasskey
            key.sign_count = passkeys.proven(sent, key=key, challenge=challenge, place=place)
            key.used_at = timezone.now()
            key.save(update_fields=["sign_count", "used_at"])
        except WrongPasskey as wrong:
            refusal = wrong
            audit.record("refuse factor", actor=None, role="system", target=user, kind=PASSKEY)
    if refusal is not None:
        raise refusal


def _try(devices: Any, user: User, token: str) -> ChatError | None:
    """Return what is wrong with a token at each of a person's devices; None if it is right at one."""
    waits = []
    tried = False
    # Of two requests with the same code one waits, and then finds it used.
    for device in devices.filter(user=user).select_for_update().order_by("pk"):
        device.throttling_failure_count = min(device.throttling_failure_count, _COUNTED)
        allowed, why = device.verify_is_allowed()
        if not allowed:
            waits.append((why["locked_until"] - timezone.now()).total_seconds())
        elif device.verify_token(token):
            # It was no wrong one at the others.
            devices.filter(user=user).update(
                throttling_failure_count=0, throttling_failure_timestamp=None
            )
            return None
        else:
            tried = True
    if waits and not tried:
        seconds = max(ceil(min(waits)), 1)
        return CodesWait(seconds=seconds, retry_after=seconds)
    return WrongCode()


def _normal(code: str) -> str:
    """Return a code without the blanks and hyphens that people read it with."""
    text = unicodedata.normalize("NFKC", code[:_TYPED_MAX])
    return "".join(mark for mark in text if mark.isalnum()).lower()


def _hash(code: str) -> str:
    """Return what is kept of a recovery code: 96 bits. Of 80 random bits a plain hash gives nothing away."""
    return urlsafe_b64encode(sha256(code.encode()).digest()[:12]).decode()


def new_secret() -> str:
    """Return a secret for an authenticator app, 160 bits in hexadecimal."""
    return token_bytes(20).hex()


def readable(secret: str) -> str:
    """Return an app's secret as people type it: base32."""
    return b32encode(unhexlify(secret)).decode()


@transaction.atomic
def add_app(*, user: User, name: str, secret: str, code: str, session_key: str) -> None:
    """Add an authenticator app that has proven to have the secret. Raises WrongFirstCode."""
    lock_person(user)
    if TOTPDevice.objects.filter(user=user).count() >= APPS_MAX:
        raise TooManyFactors
    totp = TOTP(unhexlify(secret))
    totp.time = time()
    typed = _normal(code)
    right = typed.isdecimal() and len(typed) == _DIGITS and totp.verify(int(typed), tolerance=1)
    if not right:
        raise WrongFirstCode
    _is_added(user, session_key, kind=APP, name=name)
    TOTPDevice.objects.create(user=user, name=name, key=secret, last_t=totp.t(), drift=totp.drift)


@transaction.atomic
def add_passkey(*, user: User, session_key: str, **columns: Any) -> None:
    """Add a passkey whose device has signed. Raises TooManyFactors, PasskeyKnown."""
    lock_person(user)
    if Passkey.objects.filter(credential_id=columns["credential_id"]).exists():
        raise PasskeyKnown
    if Passkey.objects.filter(user=user).count() >= PASSKEYS_MAX:
        raise TooManyFactors
    _is_added(user, session_key, kind=PASSKEY, name=columns["name"])
    Passkey.objects.create(user=user, **columns)


def _is_added(user: User, session_key: str, *, kind: str, name: str) -> None:
    """Record it. With the first factor all other sessions end: the password alone has opened them."""
    if not factors.has_any(user):
        sign_ins.end_all(user=user, but=session_key)
    audit.record("add factor", actor=user, role="self", kind=kind, name=name)


@transaction.atomic
def make_codes(*, user: User) -> list[str]:
    """Return new recovery codes. Nobody can read them again; the ones before are worth nothing."""
    lock_person(user)
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [b32encode(token_bytes(10)).decode().lower() for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hash(code)) for code in codes)
    audit.record("make recovery codes", actor=user, role="self")
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def keys_at(user: User, host: str) -> Any:
    """Return the passkeys of a person that browsers use at a host."""
    return Passkey.objects.filter(user=user, host=host).order_by("pk")


def codes_left(user: User) -> int:
    """Return how many recovery codes a person has not used."""
    return int(StaticToken.objects.filter(device__user=user).count())


def apps(user: User) -> Any:
    """Return the authenticator apps of a person."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk")


@transaction.atomic
def remove(*, user: User, kind: str, key: int) -> None:
    """Remove one of a person's own factors; with the last one the recovery codes. Raises NoSuchFactor."""
    lock_person(user)
    rows: Any = apps(user) if kind == APP else Passkey.objects.filter(user=user)
    row = rows.filter(pk=key).first()
    if row is None:
        raise NoSuchFactor
    row.delete()
    if not factors.has_any(user):
        StaticDevice.objects.filter(user=user).delete()
    audit.record("remove factor", actor=user, role="self", kind=kind, name=row.name)


@transaction.atomic
def take_away(*, user: User) -> bool:
    """Take all factors of a person, who has lost them, and end their sessions. Return False for none.

    The entry in the audit log is the caller's.
    """
    lock_person(user)
    if not factors.has_any(user):
        return False
    forget(user)
    sign_ins.end_all(user=user)
    return True


def forget(user: User) -> None:
    """Delete all factors of a person, in the caller's transaction."""
    for model in (TOTPDevice, StaticDevice, Passkey):
        model.objects.filter(user=user).delete()


def listed(user: User) -> list[dict[str, Any]]:
    """Return what is kept of a person's factors, but for what is secret of them."""
    rows: list[tuple[str, str, datetime, datetime | None]] = [
        (APP, row.name, row.created_at, row.last_used_at) for row in apps(user)
    ]
    keys = Passkey.objects.filter(user=user).order_by("pk")
    rows += [(PASSKEY, row.name, row.created_at, row.used_at) for row in keys]
    tokens = StaticToken.objects.filter(device__user=user).order_by("pk")
    rows += [(RECOVERY, "", row.device.created_at, None) for row in tokens.select_related("device")]
    names = ("kind", "name", "since", "used")
    return [dict(zip(names, row, strict=True)) for row in rows]

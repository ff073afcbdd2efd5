"""Staff by way of the provider: an identity makes an account, or is bound to one, and its groups give roles.

What came by way of the provider goes by it. A role that a superuser has given here stays.
"""

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from history import lookalikes
from rooms import audit, names
from rooms.actions import sign_ins
from rooms.errors import BadName, IdentityTaken, NoRole, Removed
from rooms.models import Identity, User, sign_on_username
from rooms.turn import lock_person

SUPERUSER = "superuser"
# What somebody is called whom the provider gives no name that people here may have.
_NAMELESS = "Somebody"


def come_in(*, issuer: str, subject: str, name: str, roles: Collection[str]) -> User:
    """Return the account of an identity, with just the roles that the provider gives it now.

    The first time it is made, under `name`, whatever accounts there are with that name or an e-mail address.
    Raises NoRole, after the account has lost what it had by the provider, or Removed for one that is banned.
    """
    try:
        with transaction.atomic():
            identity = _known(issuer, subject) or _made(issuer, subject, name, roles)
            _hold(identity, roles)
    except IntegrityError:  # the same person at the same moment, in another browser
        with transaction.atomic():
            identity = _known(issuer, subject) or _made(issuer, subject, name, roles)
            _hold(identity, roles)
    if not identity.user.is_active:
        raise Removed
    if not roles:
        raise NoRole
    return identity.user


@transaction.atomic
def bind(*, user: User, issuer: str, subject: str, roles: Collection[str]) -> None:
    """Let an identity sign in to the account of somebody who is signed in to it.

    Raises NoRole, or IdentityTaken if the identity or the account is bound already.
    """
    lock_person(user)
    identity = _known(issuer, subject)
    if identity is not None and identity.user_id == user.pk:
        return
    if identity is not None or Identity.objects.filter(user=user, issuer=issuer).exists():
        raise IdentityTaken
    if not roles:
        raise NoRole
    try:
        with transaction.atomic():
            identity = Identity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError:
        raise IdentityTaken from None
    audit.record("connect identity", actor=user, role="self", target=user, provider=issuer)
    _hold(identity, roles)


@transaction.atomic
def unbind(*, user: User, issuer: str) -> bool:
    """End that an identity signs in to an account, which loses what it had by it. Return whether one did."""
    identity = Identity.objects.select_for_update().filter(user=user, issuer=issuer).first()
    if identity is None:
        return False
    identity.user = user
    _take(identity, set(identity.roles))
    identity.delete()
    audit.record("disconnect identity", actor=user, role="self", target=user, provider=issuer)
    return True


def _known(issuer: str, subject: str) -> Identity | None:
    rows = Identity.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(issuer=issuer, subject=subject).first()


def _made(issuer: str, subject: str, name: str, roles: Collection[str]) -> Identity:
    """Raises NoRole: nobody is made for whom there is nothing to do."""
    if not roles:
        raise NoRole
    shown = _shown(name)
    user = User(
        username=sign_on_username(),
        display_name=shown,
        name_key=names.key(shown),
        name_skeleton=lookalikes.skeleton(shown),
    )
    user.set_unusable_password()
    user.save()
    audit.record("make account", actor=None, role="system", target=user, provider=issuer)
    return Identity.objects.create(user=user, issuer=issuer, subject=subject)


def _shown(name: str) -> str:
    try:
        shown = names.clean(name)
    except BadName:
        return _NAMELESS
    return _NAMELESS if names.is_reserved(shown) else shown


def _hold(identity: Identity, wanted: Collection[str]) -> None:
    """Give an account the roles that are wanted, and take those that it has by the provider and are not."""
    user = identity.user
    had = set(identity.roles)
    given = {role for role in wanted if not _has(user, role)}
    for role in given:
        _set(user, role, on=True)
    identity.roles = sorted((had & set(wanted)) | given)
    taken = had - set(wanted)
    if wanted and not user.is_staff:
        user.is_staff = identity.made_staff = True
        user.save(update_fields=["is_staff"])
    if wanted:
        for role in taken:
            _set(user, role, on=False)
    else:
        _take(identity, taken)
    Identity.objects.filter(pk=identity.pk).update(
        roles=identity.roles, made_staff=identity.made_staff, used_at=Now()
    )
    if given or taken:
        audit.record(
            "set roles", actor=None, role="system", target=user,
            given=sorted(given), taken=sorted(taken),
        )  # fmt: skip


def _take(identity: Identity, roles: Collection[str]) -> None:
    """Take all that an account has by the provider. If that was its being staff, it is signed out."""
    user = identity.user
    for role in roles:
        _set(user, role, on=False)
    if identity.made_staff:
        identity.made_staff = user.is_staff = False
        user.save(update_fields=["is_staff"])
        sign_ins.end_all(user=user)


def _has(user: User, role: str) -> bool:
    return user.is_superuser if role == SUPERUSER else user.groups.filter(name=role).exists()


def _set(user: User, role: str, *, on: bool) -> None:
    if role == SUPERUSER:
        user.is_superuser = on
        user.save(update_fields=["is_superuser"])
    elif on:
        user.groups.add(Group.objects.get(name=role))
    else:
        user.groups.remove(Group.objects.get(name=role))

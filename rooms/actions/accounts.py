"""Accounts: a guest chooses a user name and a password and stays who they were."""

import re

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from rooms import names, passwords
from rooms.models import Room, User
from rooms.turn import turns

USERNAME_MAX = 40
# Letters and digits of any script, and what e-mail addresses have between them.
_USERNAME = re.compile(r"[\w.@+-]+")
# What the site makes up itself.
_MADE_UP = ("bot-", "guest-", "gone-", "imported-", "sso-")


def sign_in_name(typed: str) -> str:
    """A user name as it is kept: small letters, so that nobody has to remember which were not."""
    return names.folded(typed)


def register(*, user: User, username: str, password: str, hashed: str = "") -> None:
    """Give a guest a user name and a password. Everything else stays: it is the same person.

    `hashed` is the password's hash, made before anything is locked: it takes as long as a hundred
    messages.

    Raises ValidationError with the reasons by field: `username`, `password`.
    """
    username, password = sign_in_name(username), passwords.normal(password)
    problems: dict[str, list[str]] = {}
    try:
        _check_username(username)
    except ValidationError as error:
        problems["username"] = error.messages
    user.username = username
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        problems["password"] = error.messages
    if problems:
        raise ValidationError(problems)
    rooms = Room.objects.filter(memberships__user=user, closed_at__isnull=True)
    with turns(set(rooms.values_list("stream_id", flat=True))) as found:
        user.is_guest = False
        user.password = hashed or passwords.hashed(password)
        try:
            with transaction.atomic():
                user.save(update_fields=["username", "is_guest", "password"])
                User.objects.filter(pk=user.pk).update(registered_at=Now())
        except IntegrityError:  # somebody else took it since it was looked up
            raise ValidationError({"username": [_taken()]}) from None
        user.refresh_from_db(fields=["registered_at"])
        for t in found.values():
            t.evict()


def check_password(*, username: str, password: str) -> User | None:
    """The person whom these prove; None if they prove nobody who may come in."""
    # As it was typed first: staff made by command may have capital letters.
    for name in dict.fromkeys((username.strip(), sign_in_name(username))):
        user = authenticate(username=name, password=password)
        if isinstance(user, User):
            return user
    return None


@transaction.atomic
def change_password(*, user: User, password: str, hashed: str) -> None:
    """Raises ValidationError if the password is not good enough. Sessions are the caller's.

    `hashed` is the password's hash, made before anything is locked.
    """
    password_validation.validate_password(passwords.normal(password), user)
    user.password = hashed
    user.save(update_fields=["password"])


def _check_username(username: str) -> None:
    if not username:
        raise ValidationError(_("Choose a user name."))
    if len(username) > USERNAME_MAX:
        raise ValidationError(_("A user name has at most 40 characters."))
    if not _USERNAME.fullmatch(username):
        raise ValidationError(_("A user name has letters, digits and . @ + - _ only."))
    if username.startswith(_MADE_UP) or names.is_reserved(username):
        raise ValidationError(_("That user name is kept for those who run this site."))
    if User.objects.filter(username__iexact=username).exists():
        raise ValidationError(_taken())


def _taken() -> str:
    return _("Somebody has that user name. Please choose another.")

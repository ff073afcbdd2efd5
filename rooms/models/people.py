"""People, and the sessions they are signed in with."""

import re
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rooms import names, passwords

_PUBLIC_ID = re.compile(r"u_[0-9a-z]{1,18}", re.ASCII)


def user_public_id() -> str:
    return "u_" + secrets.token_hex(8)


def guest_username() -> str:
    return "guest-" + secrets.token_hex(8)


def sign_on_username() -> str:
    """Return a user name for staff who sign in elsewhere, and type none."""
    return "sso-" + secrets.token_hex(8)


class People(UserManager["User"]):
    """Makes accounts, for commands and programs."""

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        return super().create_user(
            username, email, password and passwords.normal(password), **fields
        )

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        password = password and passwords.normal(password)
        return super().create_superuser(username, email, password, **fields)


class User(AbstractUser):
    """Everyone is one of these from the first room on.

    A guest has a generated username and an unusable password until choosing one; it stays the same
    row then, so nothing is lost by signing up. `is_active` off means banned from the site.
    """

    public_id = models.CharField(max_length=20, unique=True, default=user_public_id, editable=False)
    display_name = models.CharField("name", max_length=names.MAX_LENGTH, blank=True)
    # What the name is compared by; longer than the name, since NFKC can expand a character to 18.
    name_key = models.CharField(max_length=names.MAX_LENGTH * 18, blank=True, editable=False)
    # The same for the eye: names that look alike have it in common (history.lookalikes). Empty in rows
    # that a worker of the release before made while an upgrade rolled.
    name_skeleton = models.TextField(blank=True, editable=False, default="", db_default="")
    is_guest = models.BooleanField("guest", default=False)
    # A program: rooms/models/bots.py says whose.
    is_bot = models.BooleanField("bot", default=False, db_default=False, editable=False)
    # Whether others see how far this person has read.
    shows_reading = models.BooleanField(default=True, db_default=True)
    # Whether this person's notifications show what was said, or only who spoke and where: a lock screen
    # is read by others too.
    notifies_with_text = models.BooleanField(default=True, db_default=True)
    # When a guest chose a user name and a password. Unset for accounts that never were a guest's.
    registered_at = models.DateTimeField("registered", null=True, blank=True, editable=False)
    # The account was deleted at the person's wish: what is left has no name and cannot sign in.
    erased_at = models.DateTimeField("erased", null=True, blank=True, editable=False)

    # What createsuperuser asks for beside the user name and a password: this site writes no e-mails.
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[People] = People()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        indexes = (models.Index(fields=["id"], condition=Q(is_active=False), name="user_banned"),)
        permissions = (("see_private", "Can see user names, e-mail addresses and sign-ins"),)

    def __str__(self) -> str:
        return self.display_name or self.username

    @staticmethod
    def is_public_id(text: str) -> bool:
        """Return True for the form of a public id. The database is asked for no other text: PostgreSQL
        refuses a NUL."""
        return _PUBLIC_ID.fullmatch(text) is not None

    def set_password(self, raw_password: str | None) -> None:
        """Hash it as `passwords.normal` has it.

        Django has this done, too, to take as long for a name that nobody has as for a wrong password.
        So each spelling is hashed that would be tried; the last one stays.
        """
        spellings = [None] if raw_password is None else passwords.spellings(raw_password)[::-1]
        for spelling in spellings:
            super().set_password(spelling)

    def check_password(self, raw_password: str | None) -> bool:
        if raw_password is None:
            return False
        for spelling in passwords.spellings(raw_password):
            if super().check_password(spelling):
                return True
        return False

    @property
    def is_registered(self) -> bool:
        """Whether the name is an account's, with a password, and not a guest's."""
        return not self.is_guest


class SignIn(models.Model):
    """A session of a person: where somebody is signed in. Gone with the session it names."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    session_key = models.CharField(max_length=40, unique=True)
    # The key this session had before it was given another one: a browser that comes with it is
    # about to hear of the new one.
    former_key = models.CharField(
        max_length=40, blank=True, default="", db_default="", db_index=True
    )
    # What the browser says it is, and where it was seen last.
    agent = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "sign-in"

    def __str__(self) -> str:
        return self.agent


class HiddenPerson(models.Model):
    """That a person's messages are folded for `user`, in all rooms. Nobody else learns of it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hides", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "person"], name="hidden_person_once"),
            models.CheckConstraint(
                condition=~Q(user=models.F("person")), name="hidden_person_not_oneself"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} from {self.user}"

"""Sessions in the database, each read together with the person it is of.

Whether a session is somebody's is said by its signed text alone. The note of the sign-in only
foretells whom that will name, so that both are read by one query.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from history.prepared import Prepared, insert
from rooms.models import SignIn, User


def noted() -> Any:
    """Return sign-ins with `text`, what is kept of the session; None where that has ended."""
    sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
    return SignIn.objects.annotate(text=Subquery(sessions.values("session_data")[:1]))


_sign_in = Prepared(lambda key: noted().select_related("user").filter(session_key=key), key=str)

# Characters of a key: shorter ones can be guessed, says Django.
_KEY_MIN = 8


def may_be_key(text: str) -> bool:
    """Return True for what may be a session's key.

    Nothing else goes into a query: other people's keys may be in it, and PostgreSQL refuses a NUL.
    """
    return text.isascii() and text.isalnum()


class SessionStore(DatabaseStore):
    """Django's, with fewer queries.

    `noted_key` is the key under which this request has noted that somebody is signed in.
    """

    noted_key = ""
    _noted: User | None = None
    _created: dict[str, Any] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= _KEY_MIN and may_be_key(key)

    def load(self) -> dict[str, Any]:
        sign_in = _sign_in.first(key=self.session_key or "")
        text = getattr(sign_in, "text", None)
        if sign_in is None or text is None:
            # Not noted, or over: without a note it may still be a session.
            return super().load()
        self._noted = sign_in.user
        data: dict[str, Any] = self.decode(text)
        return data

    def create(self) -> None:
        # Keys are random and long enough that none is drawn twice: nobody need look.
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def exists(self, session_key: str) -> bool:
        return False

    def save(self, must_create: bool = False) -> None:
        if not must_create:
            # What this request has made a moment ago need not be written again.
            if self._created is None or self._created != self._session:  # type: ignore[attr-defined]
                super().save()
            return
        data = self._get_session(no_load=True)  # type: ignore[attr-defined]
        insert(self.create_model_instance(data))
        self._created = dict(data)

    def person(self) -> User | None:
        """Return the person whose session this is; None if it is nobody's, or proves it no more.

        Asks as django.contrib.auth.get_user does, but that it writes nothing.
        """
        key = self.get(SESSION_KEY)
        if key is None:
            return None
        user = self._noted
        if user is None or str(user.pk) != key:
            user = User.objects.filter(pk=key).first()
        if user is None or not user.is_active or not proves(user, self.get(HASH_SESSION_KEY, "")):
            return None
        return user


def proves(user: User, proof: str) -> bool:
    """Return True if a session with this hash was opened with the password that the user has now."""
    if constant_time_compare(proof, user.get_session_auth_hash()):
        return True
    return bool(settings.SECRET_KEY_FALLBACKS) and any(
        constant_time_compare(proof, fallback) for fallback in user.get_session_auth_fallback_hash()
    )


def is_of_former_key(user: User, proof: str) -> bool:
    """Return True if a session's hash, which proves whose it is, is of one of SECRET_KEY_FALLBACKS.

    Such a session has to be signed anew before that key is forgotten.
    """
    return bool(settings.SECRET_KEY_FALLBACKS) and not constant_time_compare(
        proof, user.get_session_auth_hash()
    )

"""The key that signs sessions: given in the environment, or made once and kept in the data directory."""

import os
import secrets
from functools import partial
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from rooms import keptkey

# The fewest characters of a key. One that was made here has 67; a file with fewer was cut off.
_LEAST = 32


def find(directory: Path) -> str:
    """Return SECRET_KEY, or the key kept in the directory, which is made on the first run.

    Raises ImproperlyConfigured, with what to do, if there is no usable key.
    """
    if key := os.environ.get("SECRET_KEY"):
        if key.isspace():
            raise ImproperlyConfigured(
                "SECRET_KEY is blank. Set it to a long random text, or unset it: then a key is made "
                f"and kept in {directory}."
            )
        return key
    path = directory / "secret_key"
    try:
        key = keptkey.read(path, partial(secrets.token_urlsafe, 50))
    except OSError as error:
        raise ImproperlyConfigured(
            f"No SECRET_KEY is set and none can be kept in {directory}: {error.strerror}. "
            "Set SECRET_KEY, or CHAT_DATA_DIR to a directory this process may write."
        ) from error
    if len(key) < _LEAST:
        raise ImproperlyConfigured(
            f"{path} is {'cut off or too short' if key else 'empty'}: a key has {_LEAST} characters or "
            "more. Put the key back from where you keep a copy of it, and everyone stays signed in. "
            "Without one remove the file: the next start makes another key, everyone is signed out, "
            "and guests cannot get back to what was theirs."
        )
    return key

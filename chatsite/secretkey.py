"""The key that signs sessions: given in the environment, or made once and kept in the data directory."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# The fewest characters of a key. One that was made here has 67; a file with fewer was cut off.
_LEAST = 32
_DRAFT = ".secret_key-draft."


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
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        _clean_up(directory)
        kept = path.stat()
        if kept.st_mode & 0o077 and kept.st_uid == os.geteuid():
            path.chmod(0o600)  # the file was copied from elsewhere
        key = path.read_text(errors="replace").strip(
            " \t\r\n\0"
        )  # a file whose disk was lost is of zeros
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


def _make(path: Path) -> None:
    """Make a key. Of several workers started at once one makes the key, and the others read it.

    The key is written to a draft first, so that no worker reads half of it. The draft's name is random:
    in a container every start has the same process id, and an earlier one may have been killed.
    """
    draft = path.with_name(_DRAFT + secrets.token_hex(8))
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())  # or a power failure leaves a file without a key
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except FileNotFoundError:  # another worker has made the key, and removed all drafts
        if not path.exists():
            raise
    finally:
        draft.unlink(missing_ok=True)


def _clean_up(directory: Path) -> None:
    """Remove the drafts of starts that were killed."""
    for draft in directory.glob(_DRAFT + "*"):
        draft.unlink(missing_ok=True)

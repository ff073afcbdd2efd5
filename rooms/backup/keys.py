"""The keys of a site, for a backup that is asked to have them: whoever has it can sign in as anyone.

They are the two that cannot be made again without loss. Passwords of other services, as of the database, are
the new machine's own.
"""

import json
import os
from pathlib import Path

from django.conf import settings

from rooms import keptkey, vapid

_FILES = {"SECRET_KEY": "secret_key", "CHAT_VAPID_KEY": vapid.FILE}


def collect() -> bytes:
    """Return the keys of this site, as JSON."""
    found = {"SECRET_KEY": settings.SECRET_KEY}
    path = _path("CHAT_VAPID_KEY")
    if settings.CHAT_VAPID_KEY:
        found["CHAT_VAPID_KEY"] = settings.CHAT_VAPID_KEY
    elif path.exists():
        found["CHAT_VAPID_KEY"] = path.read_text().strip()
    return json.dumps(found, indent=2).encode() + b"\n"


def put_back(data: bytes) -> list[str]:
    """Keep the keys of a backup in the data directory. Return names of those that the environment sets otherwise.

    Raises OSError.
    """
    other = []
    for name, key in json.loads(data).items():
        if given := os.environ.get(name, "").strip():
            other += [name] if given != key else []
        elif name in _FILES:
            keptkey.replace(_path(name), key)
    return other


def _path(name: str) -> Path:
    return Path(settings.DATA_DIR) / _FILES[name]

"""The manifest of a backup: what it is of, and how much there is of everything."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from rooms.backup.errors import BackupError

FORMAT = 1
# Names of missing files that are told; their number is told in any case.
NAMES_MAX = 1000


@dataclass(slots=True)
class Files:
    """How many files a backup has, and which of those that its rows name it has not."""

    count: int = 0
    bytes: int = 0
    # Deleted between the dump of the rows and the time when the file was read: their ids.
    deleted_meanwhile: list[str] = field(default_factory=list)
    deleted_meanwhile_count: int = 0
    # Named by rows, deleted by nobody, and not in the store.
    lost: list[str] = field(default_factory=list)
    lost_count: int = 0

    def miss(self, name: str, *, deleted: bool) -> None:
        """Note a file that is not in the store."""
        names = self.deleted_meanwhile if deleted else self.lost
        if len(names) < NAMES_MAX:
            names.append(name)
        if deleted:
            self.deleted_meanwhile_count += 1
        else:
            self.lost_count += 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    # When its rows were dumped, in ISO 8601 with the zone.
    taken_at: str
    # The commit that ran, as far as it is known, and Django's version.
    code: dict[str, str]
    # By app, the newest migration of the database.
    migrations: dict[str, str]
    # `engine`, `server` and `program` are the database's; `member` and `bytes` the dump's.
    database: dict[str, Any]
    # By table.
    rows: dict[str, int]
    files: Files
    secrets: bool
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode() + b"\n"


def of_json(data: bytes) -> Manifest:
    """Return the manifest that `to_json` wrote.

    Raises BackupError("newer") for a later format, and ValueError, KeyError or TypeError for what is none.
    """
    raw: dict[str, Any] = json.loads(data)
    if int(raw["format"]) > FORMAT:
        raise BackupError("newer", why=f"format {raw['format']}")
    return Manifest(**{**raw, "files": Files(**raw["files"])})


def require_known(migrations: Mapping[str, str]) -> None:
    """Raise BackupError unless this release has all these migrations."""
    known = MigrationLoader(None).disk_migrations
    for app, name in migrations.items():
        if (app, name) not in known:
            raise BackupError("newer", why=f"the migration {app}.{name}")


def now() -> datetime:
    return datetime.now(UTC)


def code() -> dict[str, str]:
    """Return what is known of the code that runs."""
    return {"commit": _commit(), "django": django.get_version()}


def _commit() -> str:
    """Return the commit of the checkout; "unknown" where there is no checkout, or no git."""
    # The checkout may be root's, and this process the site's.
    command = ["git", "-c", "safe.directory=*", "-C", str(settings.BASE_DIR), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unknown"
    return found.stdout.strip() if found.returncode == 0 else "unknown"

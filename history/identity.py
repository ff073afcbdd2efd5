"""Which history the logs of this database are, and whether they were set back.

A backup that was restored goes on from an earlier number, and gives the later ones out again, for
other things: a client that has seen more than the backup held must not resume. So a history has a
name, which clients send back with their cursor, and it gets another one

* when the database is not the one in which it got its name: a restored one, a copy, a standby that
  was made the primary, which may lack the last commits;
* when its beat, which goes up every few seconds while the site runs, is lower than a worker has
  seen it, in memory or in a file beside the database;
* when a worker has seen a log go farther than it does now (`rename`);
* when somebody says so: `manage.py restored`.
"""

import hashlib
import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import F

from history.models import History

logger = logging.getLogger(__name__)

_ROW = 1
# The server (its number is that of the files it was initialised with), the database in it, the table
# and the timeline. And since when this server runs, which a copy of its files does not share.
_WHERE_POSTGRESQL = """
SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                 (SELECT oid FROM pg_database WHERE datname = current_database()),
                 'history_stream'::regclass::oid,
                 CASE WHEN NOT pg_is_in_recovery()
                      THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END),
       extract(epoch FROM pg_postmaster_start_time())::text
"""
# A new name's beat is beyond all that any worker can have seen under the one before: whoever notices
# the same restore a moment later finds that it was noticed.
_LEAP = 1000


@dataclass(frozen=True, slots=True)
class Identity:
    """The history's name, as clients know it; its beat; and the mark by which workers on one
    running database know each other's messages from those of any other."""

    history: str
    beat: int
    site: str


def look(seen: Identity | None) -> Identity:
    """Read which history this is. It gets another name first if it was set back since it was `seen`."""
    row = History.objects.filter(pk=_ROW).first()
    # After the row: a restore that commits between the two is noticed with the place it made. The other
    # way round its row would be renamed for the place before, and once more by whoever comes next.
    place, running_since = _where()
    if row is None:
        row, _ = History.objects.get_or_create(pk=_ROW, defaults={"name": _name(), "place": place})
    elsewhere = place != row.place
    if elsewhere or (seen is not None and row.beat < seen.beat):
        _rename(row, place, beyond=seen.beat if seen else 0)
        row = History.objects.get(pk=_ROW)
        logger.warning(
            "the database %s: clients are given their rooms anew",
            "is a restored one or a copy" if elsewhere else "was set back",
        )
    mark = f"{row.name} {place} {running_since}"
    return Identity(row.name, row.beat, hashlib.sha256(mark.encode()).hexdigest()[:16])


def rename(seen: Identity | None) -> Identity:
    """Give the history another name, unless somebody has since it was `seen`; None: in any case."""
    row = History.objects.filter(pk=_ROW).first()
    if row is not None and (seen is None or row.name == seen.history):
        place, _ = _where()
        _rename(row, place, beyond=seen.beat if seen else 0)
    return look(seen)


def _rename(row: History, place: str, *, beyond: int) -> None:
    History.objects.filter(pk=_ROW, name=row.name, place=row.place).update(
        name=_name(), place=place, beat=max(row.beat, beyond) + _LEAP
    )


def beat() -> None:
    """Note that the site goes on, here and in the database."""
    History.objects.filter(pk=_ROW).update(beat=F("beat") + 1)
    number = History.objects.filter(pk=_ROW).values_list("beat", flat=True).first()
    if number is not None:
        _remember(number)


# What this machine has seen ------------------------------------------------------------------------


def remembered() -> Identity | None:
    """What workers of this data directory saw of the database last; None if there is nothing."""
    try:
        return Identity(history="", beat=int(_witness().read_text()), site="")
    except (OSError, ValueError):  # a first start, or a disk that was full
        return None


def _remember(number: int) -> None:
    """Raises OSError if the data directory cannot be written to."""
    path = _witness()
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(str(number))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _witness() -> Path:
    database = connection.settings_dict
    name = " ".join(str(database.get(part) or "") for part in ("HOST", "PORT", "NAME"))
    return Path(settings.DATA_DIR) / f"beat-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _where() -> tuple[str, str]:
    """The database as its server tells it, and since when the server runs."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_WHERE_POSTGRESQL)
            place, running_since = cursor.fetchone()
        return place, running_since
    try:
        return str(os.stat(connection.settings_dict["NAME"]).st_ino), ""
    except OSError:  # a database in memory, as tests have it
        return "", ""


def _name() -> str:
    return secrets.token_hex(8)

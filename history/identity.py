"""The name of this database's history, and how a history that was set back is noticed.

A restored backup continues from an earlier number, and gives later numbers to other changes. A client
that has seen more than the backup holds must not resume. So a history has a name, which clients send
back with their cursor. It gets a new name

* when the database is not the one in which it was named: it was restored or copied, or it is a standby
  that became the primary and may lack the last commits;
* when its beat, which goes up every few seconds while the site runs, is lower than a worker remembers,
  in memory or in a file beside the database;
* when a worker remembers a higher number of a log than the log has now (`rename`);
* when `manage.py restored` says so.
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
# The server (by the number that its files got when they were initialised), the database, the table and the
# timeline; and when this server started, which a copy of its files does not share.
_WHERE_POSTGRESQL = """
SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                 (SELECT oid FROM pg_database WHERE datname = current_database()),
                 'history_stream'::regclass::oid,
                 CASE WHEN NOT pg_is_in_recovery()
                      THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END),
       extract(epoch FROM pg_postmaster_start_time())::text
"""
# Added to the beat when a history is named anew, so that it is higher than any worker can remember. A
# worker that notices the same restore a moment later then sees that it was noticed.
_LEAP = 1000


@dataclass(frozen=True, slots=True)
class Identity:
    """The history's name, as clients know it, its beat, and the mark of its site.

    By the mark, workers of one running database tell each other's messages from those of any other.
    """

    history: str
    beat: int
    site: str


def look(seen: Identity | None) -> Identity:
    """Return the history's identity, with a new name if it was set back since it was `seen`."""
    row = History.objects.filter(pk=_ROW).first()
    # The place is read after the row: a restore that commits between the two is then noticed with its own
    # place. In the other order its row would be named for the place before, and named again by the next
    # worker.
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
    """Give the history a new name, unless another worker did since it was `seen`. None: in any case."""
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
    """Raise the beat, in the database and in the file of this machine."""
    History.objects.filter(pk=_ROW).update(beat=F("beat") + 1)
    number = History.objects.filter(pk=_ROW).values_list("beat", flat=True).first()
    if number is not None:
        _remember(number)


# What this machine has seen ------------------------------------------------------------------------


def remembered() -> Identity | None:
    """Return what workers of this data directory last saw of the database; None if there is nothing."""
    try:
        return Identity(history="", beat=int(_witness().read_text()), site="")
    except (OSError, ValueError):  # a first start, or a disk that was full
        return None


def _remember(number: int) -> None:
    """Write the beat to this machine's file. Raises OSError if the data directory cannot be written."""
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
    """Return the database as its server identifies it, and when the server started."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_WHERE_POSTGRESQL)
            place, running_since = cursor.fetchone()
        return place, running_since
    try:
        return str(os.stat(connection.settings_dict["NAME"]).st_ino), ""
    except OSError:  # a database in memory, as in tests
        return "", ""


def _name() -> str:
    return secrets.token_hex(8)

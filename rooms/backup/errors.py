"""What keeps a backup from being taken or restored: a code and a sentence each. DEPLOYMENT.md has them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SENTENCES = {
    # Of both.
    "no_space": "There is no space left for {what}.",
    "not_written": "{what} cannot be written: {why}.",
    "no_program": "{program} is not installed. Install PostgreSQL's client programs, of version "
    "{server} like the server or newer: apt install postgresql-client.",
    "old_program": "{program} is of version {found} and the server of {server}: it needs that version "
    "or a newer one.",
    "database_away": "The database cannot be used: {why}",
    "files_away": "The store of files does not answer, or refuses. Try again when it is back.",
    # Of taking one.
    "exists": "{what} is there already. Choose another name, or move it away.",
    "terminal": "A backup is not for a terminal: name a file, or pipe it somewhere.",
    "no_site": "There is nothing to back up: this database has no tables of the site.",
    "not_dumped": "The rows could not be dumped: {why}",
    # Of restoring one.
    "not_read": "{what} cannot be read: {why}.",
    "damaged": "{what} is damaged or not whole: {why}. Nothing was restored.",
    "newer": "This backup is of a newer release: {why} is unknown to this one. Install that release "
    "or a later one first.",
    "other_engine": "This backup is of {theirs}, and the database of this site is {ours}. Rows are not "
    "carried over from one to the other: set DATABASE_URL to a database of the same kind. Single rooms "
    "can be: export them as an archive, and use manage.py importroom.",
    "has_rows": "The database is not empty: {table} has rows. A backup is restored into an empty site "
    "only. Move that database away, or create another one.",
    "has_files": "There are files in the store already: {what}. A backup is restored into an empty site "
    "only. Move them away, or name another store.",
    "in_use": "Something still uses the database. Stop all workers first.",
    "not_restored": "The rows could not be restored: {why} The site is as empty as before.",
    "differs": "What was restored is not what the manifest says: {why}. It was taken out again: the site "
    "is as empty as before.",
}
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class BackupError(Exception):
    """A backup was not taken, or not restored. `code` is one of SENTENCES."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{SENTENCES[code].format(**params)} [{code}]")
        self.code = code


@contextmanager
def writing(what: str | Path) -> Iterator[None]:
    """Raise BackupError for an OSError in the body, which writes `what`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise BackupError("no_space", what=what) from error
        raise BackupError("not_written", what=what, why=error.strerror or error) from error

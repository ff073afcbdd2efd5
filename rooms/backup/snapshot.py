"""The rows of a site at one moment: their dump, and what can be asked of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

# Returns the rows of a query, in portions: there may be millions.
Ask = Callable[[str], Iterator[tuple[Any, ...]]]

_MIGRATIONS = "SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app"
# Of the files whose bytes are in the store: the id, and whether there are images of it. A file that is under
# way is not backed up: its sender begins again.
_FILES = """
SELECT public_id, thumb_width IS NOT NULL FROM history_file
WHERE gone_at IS NULL AND ready_at IS NOT NULL ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`server` and `program` are versions: of the database, and of what dumped it."""

    server: str
    program: str
    dump: Path
    tables: tuple[str, ...]
    ask: Ask

    def migrations(self) -> dict[str, str]:
        """Return the newest migration of each app."""
        return dict(self.ask(_MIGRATIONS))

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return counts(self.ask, self.tables)

    def files(self) -> Iterator[tuple[str, bool]]:
        """Yield the id of each file, and whether there are images of it."""
        if "history_file" in self.tables:
            for public_id, has_images in self.ask(_FILES):
                yield public_id, bool(has_images)


class Engine(Protocol):
    """A kind of database: how its rows are dumped, and how a dump is put into an empty one."""

    name: str
    title: str

    def snapshot(self, folder: Path) -> AbstractContextManager[Snapshot]:
        """Dump the rows into a folder. In the body the same rows can be asked about."""

    def require_unused(self) -> None:
        """Raise BackupError("in_use") if anything else has the database open."""

    def asked(self) -> AbstractContextManager[tuple[tuple[str, ...], Ask]]:
        """Give the names of the tables that are there now, and what asks them."""

    def restored(self, dump: IO[bytes]) -> AbstractContextManager[None]:
        """Put a dump in place of an empty database. In the body it is Django's connection's.

        What is raised in the body, or before it, leaves the database as empty as it was.
        """


def counts(ask: Ask, tables: tuple[str, ...]) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {table: next(ask(f'SELECT count(*) FROM "{table}"'))[0] for table in tables}  # noqa: S608 - names of tables

"""manage.py restore: a backup into an empty site."""

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from history import storage
from rooms import backup
from rooms.backup import folder
from rooms.backup.errors import BackupError, writing


class Command(BaseCommand):
    help = (
        "Restores what manage.py backup wrote into an empty site whose workers do not run: the rows, "
        "the files, and the migrations since. The archive is checked before anything is written, and what "
        "was restored is compared with its manifest."
    )

    # The checks ask the database, which is empty yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="a backup; - for one that comes from standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # disable=None: no bar where there is no terminal to draw it on.
        quiet = True if options["verbosity"] == 0 else None
        try:
            with tqdm(unit=" files", disable=quiet) as bar, _path(options["file"]) as path:
                found = backup.restore(path, advance=bar.update)
        except BackupError as error:
            raise CommandError(str(error)) from error
        made = found.manifest
        self.stdout.write(
            f"Restored as of {made.taken_at}: {sum(made.rows.values())} rows of {len(made.rows)} tables "
            f"and {made.files.count} files, all as the manifest says."
        )
        self.stdout.write(f"This is history {found.history} from now on.")
        if missing := made.files.deleted_meanwhile_count + made.files.lost_count:
            self.stdout.write(f"{missing} files that rows name were not in the backup.")
        for name in found.other_keys:
            self.stderr.write(
                f"The environment sets another {name} than the backup has: "
                f"tar --extract --to-stdout --file {options['file']} secrets.json prints that."
            )
        if not made.secrets:
            self.stdout.write(
                "SECRET_KEY is not in this backup. Without the one that the site had, everyone is signed "
                "out, and guests do not get back to what was theirs."
            )


@contextmanager
def _path(given: str) -> Iterator[Path]:
    """Give a backup as a file, which is read twice."""
    if given != "-":
        yield Path(given)
        return
    with folder.draft(Path(tempfile.gettempdir())) as drafts:
        path = drafts / "standard input"
        with writing(path), path.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target, storage.BLOCK)
        yield path

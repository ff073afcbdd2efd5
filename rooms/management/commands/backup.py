"""manage.py backup: all rows and files of the site in one file, while it runs."""

import os
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rooms import backup
from rooms.backup import folder, manifest
from rooms.backup.errors import BackupError, writing
from rooms.backup.manifest import Manifest


class Command(BaseCommand):
    help = (
        "Writes a backup of the site: the rows of its database at one moment, and the files that people "
        "sent. The site may run meanwhile. What people said and the hashes of their passwords are in it; "
        "SECRET_KEY is not. manage.py restore reads it."
    )

    # A site that has something to complain about is backed up all the same.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            metavar="FILE",
            help="a file that is not there yet; a folder, in which the file is named by the time; "
            "or - for standard output",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="afterwards remove all but the newest N backups from the folder",
        )
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="put SECRET_KEY and CHAT_VAPID_KEY into it: whoever gets hold of the backup can then "
            "sign in to the site as anyone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # disable=None: no bar where there is no terminal to draw it on.
        quiet = True if options["verbosity"] == 0 else None
        keep, given = options["keep"], options["file"]
        if keep is not None and (keep < 1 or not Path(given).is_dir()):
            raise CommandError("--keep takes a number from 1 on, and FILE a folder with it.")
        try:
            with tqdm(unit=" files", disable=quiet) as bar:
                about = {"with_keys": options["with_secrets"], "advance": bar.update}
                if given == "-":
                    made, name = _to_standard_output(**about), "standard output"
                else:
                    path = _target(Path(given))
                    made, name = _to_file(path, **about), str(path)
        except BackupError as error:
            raise CommandError(str(error)) from error
        gone = folder.keep(Path(given), keep) if keep is not None else []
        self._warn(made)
        if options["verbosity"]:
            self._tell(made, name, self.stderr if given == "-" else self.stdout)
            for path in gone:
                self.stdout.write(f"{path} was removed.")

    def _tell(self, made: Manifest, name: str, out: Any) -> None:
        plain = str  # standard error is red otherwise
        out.write(
            f"{name}: {sum(made.rows.values())} rows of {len(made.rows)} tables and {made.files.count} "
            f"files ({made.files.bytes} bytes), as of {made.taken_at}.",
            plain,
        )
        if deleted := made.files.deleted_meanwhile_count:
            out.write(f"{deleted} files were deleted meanwhile.", plain)

    def _warn(self, made: Manifest) -> None:
        if made.files.lost_count:
            self.stderr.write(
                f"{made.files.lost_count} files are missing from the store, {made.files.lost[0]} among "
                "them: the backup has the rows that name them. Its manifest lists them."
            )
        if made.secrets:
            self.stderr.write(
                "SECRET_KEY is in this backup: whoever gets hold of it can sign in to the site as anyone."
            )


def _target(path: Path) -> Path:
    return path / folder.name(manifest.now()) if path.is_dir() else path


def _to_file(path: Path, **about: Any) -> Manifest:
    """Write a backup beside its name, and give it that when it is whole and on the disk."""
    if path.exists():
        raise BackupError("exists", what=path)
    with writing(path), folder.draft(path.parent) as scratch:
        draft = scratch / "draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as target:
            made = backup.take(target, name=str(path), scratch=scratch, **about)
        folder.sync(draft)
        folder.publish(draft, path)
    return made


def _to_standard_output(**about: Any) -> Manifest:
    if sys.stdout.isatty():
        raise BackupError("terminal")
    with writing("standard output"), folder.draft(Path(tempfile.gettempdir())) as scratch:
        made = backup.take(sys.stdout.buffer, name="standard output", scratch=scratch, **about)
        sys.stdout.buffer.flush()
    return made

"""manage.py importroom: a room from the archive, or the JSON, that a room's export is."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from history.export import archive
from history.export.strict import BadArchive
from history.export.unzipped import is_archive, unzipped
from history.models import File
from rooms.actions import accounts
from rooms.actions.archive import RULES, import_room
from rooms.errors import ChatError
from rooms.models import Room, User


class Command(BaseCommand):
    help = (
        "Makes a room of a file that a room's export as ZIP or JSON gave, here or on another site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--open", action="store_true", help="an open room, for people to come into"
        )
        parser.add_argument(
            "--owner", metavar="NAME", help="the user name of the account that is given the room"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        owner = self._account(options["owner"]) if options["owner"] else None
        # disable=None: no bar where there is no terminal to draw it on.
        quiet = True if options["verbosity"] == 0 else None
        try:
            with ExitStack() as stack:
                packed = stack.enter_context(unzipped(path)) if is_archive(path) else None
                file = archive.read(packed.room() if packed else path.read_bytes(), RULES)
                total = file.count + (packed.count if packed else 0)
                unit = " messages and files" if packed else " messages"
                bar = stack.enter_context(tqdm(total=total, unit=unit, disable=quiet))
                room = import_room(
                    file, unzipped=packed, open_=options["open"], owner=owner, step=bar.update
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except BadArchive as error:
            raise CommandError(f"{path}: {error}. Nothing was imported.") from error
        except ChatError as error:
            raise CommandError(error.message) from error
        state = "open" if room.is_open else "closed"
        self.stdout.write(
            f"Room {room.code} ({room.public_id}), {state}: {file.count} messages of "
            f"{len(file.people)} people, {_count_files(room)} files."
        )

    def _account(self, name: str) -> User:
        user = User.objects.filter(
            username__in=[name, accounts.sign_in_name(name)], is_active=True
        ).first()
        if user is None:
            raise CommandError(f"There is no account with the user name {name}.")
        return user


def _count_files(room: Room) -> int:
    return File.objects.filter(stream=room.stream_id).count()

"""manage.py retain: erase what is older than rooms and the site keep it."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from rooms.actions import retention


class Command(BaseCommand):
    help = (
        "Erases what is older than CHAT_RETENTION_DAYS, or than a room's owner has it kept, at once. "
        "Workers do the same by themselves, bit by bit."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # disable=None: no bar where there is no terminal to draw it on.
        quiet = True if options["verbosity"] == 0 else None
        with tqdm(unit=" messages", disable=quiet) as bar:
            total = retention.retain_all(bar.update)
        self.stdout.write(f"{total} messages erased or removed.")

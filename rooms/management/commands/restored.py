"""manage.py restored: tells the site that its database was set back to a backup."""

from typing import Any

from django.core.management.base import BaseCommand

from history import identity


class Command(BaseCommand):
    help = (
        "To be run after a backup was restored, before or while workers run. Clients that have seen "
        "more than the backup held are then given their rooms anew instead of what they missed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = identity.rename(None)
        self.stdout.write(f"This is history {found.history} from now on.")

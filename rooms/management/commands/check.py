"""manage.py check: Django's, and of the database too, which Django's own leaves out unless told."""

from typing import Any

from django.core.management.commands.check import Command as CheckCommand
from django.db import connections


class Command(CheckCommand):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        options["databases"] = options["databases"] or list(connections)
        super().handle(*app_labels, **options)

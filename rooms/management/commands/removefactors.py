"""manage.py removefactors: let somebody of the staff sign in who has lost the second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from rooms import audit
from rooms.actions import factors
from rooms.models import User


class Command(BaseCommand):
    help = (
        "Removes the second factors of somebody of the staff: apps, passkeys and recovery codes. "
        "They are signed out everywhere; the password alone signs them in again. Be sure who is asking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the user name")
        parser.add_argument("--reason", default="", help="why, for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is nobody with the user name {name}.")
        with transaction.atomic():
            if not factors.take_away(user=user):
                raise CommandError(f"{name} has no second factor.")
            audit.record(
                "take factors", actor=None, role="system", target=user, reason=options["reason"]
            )
        self.stdout.write(f"{name} has no second factor any more, and is signed out everywhere.")

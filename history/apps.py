from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class HistoryConfig(AppConfig):
    name = "history"
    verbose_name = "History"

    def ready(self) -> None:
        from history import usable

        checks.register(usable.check, checks.Tags.database)
        post_migrate.connect(_make_what_migrations_cannot, sender=self)


def _make_what_migrations_cannot(**_: Any) -> None:
    from history.log import triggers
    from history.search import index

    index.make()
    triggers.make()

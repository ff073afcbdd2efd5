from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HistoryConfig(AppConfig):
    name = "history"
    verbose_name = "History"

    def ready(self) -> None:
        post_migrate.connect(_make_index, sender=self)


def _make_index(**_: Any) -> None:
    from history.search import index

    index.make()

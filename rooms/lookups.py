"""How staff finds people and texts in the admin, in any case and any form of letters.

SQLite's own comparison knows the case of ASCII alone, PostgreSQL's what the database's locale does.
"""

from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import CharField, TextField
from django.db.models.lookups import Contains, IContains

from rooms import names

_FUNCTION = "chat_folded"


class Called(Contains):
    """`name_key__called`: a part of the name that the key is of."""

    def get_prep_lookup(self) -> str:
        # What has no key is part of none: an empty one would be part of all.
        return names.key(str(self.rhs)) or str(self.rhs)


class Folded(IContains):
    """`title__folded`: a part of the text, on SQLite whatever the alphabet."""

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        text, values = self.process_lhs(compiler, connection)
        return f"instr({_FUNCTION}({text}), %s) > 0", [*values, names.folded(str(self.rhs))]


def register() -> None:
    """Make the lookups known, and SQLite's function with each connection."""
    CharField.register_lookup(Called, "called")
    for field in (CharField, TextField):
        field.register_lookup(Folded, "folded")
    connection_created.connect(_connected, dispatch_uid="rooms.lookups")


def _connected(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            _FUNCTION, 1, lambda text: names.folded(text or ""), deterministic=True
        )

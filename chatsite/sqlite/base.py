"""Django's backend for SQLite; a transaction waits in line for its turn.

SQLite has one writer at a time. A connection that finds the database busy sleeps for up to 100 ms and
tries again, so that in a crowd the last to come may be the first, and a message waits while people join.
On SQLite a single process serves the site, and a line within it needs no sleeping.
"""

from typing import Any

from django.db.backends.sqlite3 import base

from chatsite.sqlite.turns import Turns

_TIMEOUT = 5  # seconds: for how long SQLite waits by default
_turns = Turns()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions have turns. Statements outside of one wait as SQLite does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        timeout = self.settings_dict["OPTIONS"].get("timeout", _TIMEOUT)
        # After that time without a turn SQLite decides: another process may hold the database.
        self._has_turn = self._has_turn or _turns.take(timeout)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # not in its stubs
        except BaseException:
            self._end_turn()
            raise

    def commit(self) -> None:
        super().commit()
        self._end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turns.end()

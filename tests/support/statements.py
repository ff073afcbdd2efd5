"""Checks that tests marked `once` send PostgreSQL no statement that other tests do not send as well.

That is why tests marked `once` run on SQLite only. `bin/test --statements` runs all tests on PostgreSQL,
records their statements, and fails with those that only marked tests send.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

# Two statements are one if only these differ: how many values, which number, which savepoint.
_NUMBERS = re.compile(r"\d{5,}")
_SAVEPOINT = re.compile(r'"s\d+_x\d+"')
# Not of a test, but of the run: around the first and the last one.
_OF_THE_RUN = ("CREATE DATABASE", "DROP DATABASE")
_VALUES = re.compile(r"\(%s(?:, %s)*\)(?:, \(%s(?:, %s)*\))*")


class Recorder:
    """A plugin of pytest that notes every statement of every test."""

    def __init__(self) -> None:
        self._tests: dict[str, set[str]] = defaultdict(set)
        self._others: set[str] = set()
        self._item: pytest.Item | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._item = item
        result = yield
        self._item = None
        return result

    def pytest_sessionstart(self) -> None:
        for name in ("_execute", "_executemany"):
            setattr(CursorWrapper, name, self._recorded(getattr(CursorWrapper, name)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.left_out() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("statements that only tests marked `once` send")
        for statement, test in self.left_out():
            terminalreporter.line(f"{test}\n    {statement}")
        terminalreporter.line(f"{len(self.left_out())}, and {len(self._others)} of other tests")

    def left_out(self) -> Sequence[tuple[str, str]]:
        """Return each statement that no unmarked test sends, with one that does."""
        return [
            (statement, min(tests))
            for statement, tests in sorted(self._tests.items())
            if statement not in self._others
        ]

    def _recorded(self, execute: Any) -> Any:
        def recorded(cursor: CursorWrapper, sql: object, *arguments: Any) -> Any:
            if self._item is not None and not str(sql).startswith(_OF_THE_RUN):
                statement = _SAVEPOINT.sub("a savepoint", str(sql))
                statement = _VALUES.sub("(values)", _NUMBERS.sub("a number", statement))
                if self._item.get_closest_marker("once"):
                    self._tests[statement].add(self._item.nodeid)
                else:
                    self._others.add(statement)
            return execute(cursor, sql, *arguments)

        return recorded

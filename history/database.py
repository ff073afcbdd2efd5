"""Errors of the database itself, in contrast to those of a statement; and bounds on waiting for locks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import psycopg
from django.db import Error, InterfaceError, OperationalError, connection, transaction

# Milliseconds for which work on several rooms waits for the lock of one. The usual wait is for a commit
# or two.
QUICK = 250
# PostgreSQL's SQLSTATEs, or classes of them. Django does not treat as trouble with the connection that the
# server is read only (as the old primary is after a failover), or that a transaction was idle for too long.
# The classes: connection, resources, intervention of an operator, system.
_UNUSABLE = {"25006", "25P03"}
_UNUSABLE_CLASSES = {"08", "53", "57", "58"}
_CANCELLED = "57014"
_LOCK_NOT_AVAILABLE = "55P03"
# SQLite's codes: the file cannot be written to, for whatever reason.
_NO_FILE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
}

_NO_ANSWER = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)

_patience: ContextVar[int | None] = ContextVar("patience", default=None)
_is_whole: ContextVar[bool] = ContextVar("is_whole", default=False)


def _sqlstate(error: BaseException) -> str:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return getattr(cause, "sqlstate", None) or ""


def is_away(error: BaseException) -> bool:
    """Return True if the database cannot be used at all: it is gone, stops, starts, or is read only.

    The connection that raised the error is of no use any more: see `discard`.
    """
    if isinstance(error.__cause__, sqlite3.Error):
        return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in _NO_FILE
    if state := _sqlstate(error):
        is_operators = state[:2] in _UNUSABLE_CLASSES and state != _CANCELLED
        return is_operators or state in _UNUSABLE
    # No answer: the connection broke, or none could be made.
    return isinstance(error, _NO_ANSWER)


def is_held(error: BaseException) -> bool:
    """Return True if a lock was not to be had in time. The connection is as good as before."""
    return _sqlstate(error) == _LOCK_NOT_AVAILABLE


def discard() -> None:
    """Close this thread's connection for good, so that the pool gives it to nobody."""
    raw = connection.connection
    if raw is not None and connection.vendor == "postgresql":
        with suppress(psycopg.Error):
            raw.close()
    with suppress(Error):
        connection.close()


@contextmanager
def impatience() -> Iterator[None]:
    """Wait only QUICK milliseconds for each room's lock, on this thread, in the body."""
    token = _patience.set(QUICK)
    try:
        yield
    finally:
        _patience.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """Make the body one transaction, of which nothing stays when any part of it is refused.

    What uses `atomic` in the body sets no savepoints, each of which is two statements.
    """
    with transaction.atomic():
        token = _is_whole.set(True)
        try:
            yield
        finally:
            _is_whole.reset(token)


def atomic() -> transaction.Atomic:
    """Return a transaction, or within `whole` a part of the one that is under way."""
    return transaction.atomic(savepoint=not _is_whole.get())


def lock_timeout() -> str | None:
    """Return PostgreSQL's `lock_timeout` for the next statements; None for the connection's own."""
    patience = _patience.get()
    return None if patience is None else f"{patience}ms"

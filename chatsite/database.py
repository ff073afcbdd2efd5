"""Bounds on how long a serving process waits for locks, and holds them."""

from django.conf import settings
from django.db import connection

# A room whose lock is held for longer is reported as busy, before all threads wait for it.
LOCK_TIMEOUT = "2s"
# The locks of a worker that was stopped in the middle of a transaction, or whose machine was, are
# released after this time.
IDLE_IN_TRANSACTION_TIMEOUT = "5s"


def bound_waits() -> None:
    """Bound the waits of all connections made from now on. Only for servers: a migration may wait.

    `options` in DATABASE_URL come last, and so win.
    """
    if connection.vendor != "postgresql":
        return
    options = settings.DATABASES["default"]["OPTIONS"]
    bounds = (
        f"-c lock_timeout={LOCK_TIMEOUT} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT}"
    )
    options["options"] = f"{bounds} {options.get('options', '')}".strip()
    # What `--prepare` opened in this process has none.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]

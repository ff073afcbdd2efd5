"""How long a serving process waits for the database, and lets the database wait for itself."""

from django.conf import settings
from django.db import connection

# A room whose lock is held for longer is told to be busy, before all threads wait for it.
LOCK_TIMEOUT = "2s"
# A worker that was stopped, or its machine, in the middle of a transaction: its locks are taken away.
IDLE_IN_TRANSACTION_TIMEOUT = "5s"


def bound_waits() -> None:
    """Bound the waits of all connections to come. For servers: a migration waits for as long as it takes.

    What `options` in DATABASE_URL says comes last, and so counts.
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

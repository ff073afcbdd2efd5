"""The state of this process: the server writes it, /readyz and /metrics read it.

It imports nothing of the project, of Django or of the server, so that every module may import it.
"""


class Draining:
    """False while the process serves; true, with the reason, once it is stopping for good."""

    def __init__(self) -> None:
        self.reason = ""

    def __bool__(self) -> bool:
        return bool(self.reason)

    def start(self, reason: str) -> None:
        """`reason` is text for a person, e.g. "SIGTERM"."""
        self.reason = self.reason or reason


class Stats:
    """Counts since the process started, and the end of the certificate."""

    def __init__(self) -> None:
        self.slow_readers_cut = 0
        self.certificate_failures = 0  # renewals that failed
        self.certificate_ends = 0.0  # seconds since 1970; 0 without a certificate of our own


draining = Draining()
stats = Stats()

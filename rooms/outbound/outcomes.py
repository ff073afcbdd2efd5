"""What becomes of requests that go out."""

from enum import StrEnum

from prometheus_client import Counter

requests = Counter("chat_outbound", "Requests sent to other machines", ["purpose", "outcome"])


class Outcome(StrEnum):
    """What became of a request: the metric's label, and what people are told."""

    ANSWERED = "answered"
    OFF = "off"  # this site sends nothing to other machines
    REFUSED = "refused"  # by its URL, or that of a redirect
    UNREACHABLE = "unreachable"  # no such name, nobody there, or not for us to reach
    UNTRUSTED = "untrusted"  # its certificate
    SLOW = "slow"
    BROKEN = "broken"  # no HTTP, or cut off
    TOO_BIG = "too_big"


class OutboundError(Exception):
    """There is no answer."""

    def __init__(self, outcome: Outcome, why: object = "") -> None:
        super().__init__(f"{outcome}: {why}" if why else str(outcome))
        self.outcome = outcome

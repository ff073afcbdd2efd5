"""How often this worker has said no, by code. Refusals are in no table: they are counted as they are told."""

import threading
from collections import Counter

from prometheus_client import Counter as Metric

from history.errors import ChatError

refusals = Metric("chat_refusals", "Refusals told to people and programs", ["code"])

_lock = threading.Lock()
_new: Counter[str] = Counter()


def note(refusal: ChatError) -> None:
    """Count a refusal that is about to be told. May be called from any thread."""
    refusals.labels(refusal.code).inc()
    with _lock:
        _new[refusal.code] += 1


def take() -> Counter[str]:
    """Return how often each code was told since it was asked last."""
    with _lock:
        taken = _new.copy()
        _new.clear()
    return taken


def give_back(taken: Counter[str]) -> None:
    """Count them again: they could not be written down."""
    with _lock:
        _new.update(taken)

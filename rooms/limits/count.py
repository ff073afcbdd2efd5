"""Counts of what each limit has refused, for /metrics."""

from prometheus_client import Counter

refused = Counter("chat_limits_refused", "Times a limit was in the way", ["limit"])

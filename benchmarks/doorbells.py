"""What Redis spends on a notification: its publication, and a copy for each worker that is subscribed.

    python -m benchmarks.doorbells

A Redis of its own is given notifications of an ordinary size, one at a time and then a hundred at a time,
with more and more subscribers. The processor time that one of them takes is a line: its start is the
publication, its slope a copy. Alone each is a read and a write of its own; together they share them, so a
busy Redis is somewhere between the two.
"""

from __future__ import annotations

import json
import socket
import time
from statistics import linear_regression

from redis import Redis

from benchmarks.costs import cpu_seconds
from tests.support.services import RedisServer

SUBSCRIBERS = (0, 4, 8, 16)
NOTIFICATIONS = 10_000
TOGETHER = 100
# Bytes: one message of eighty characters, with its author and times, as the channel layer packs it.
SIZE = 450


def measure() -> dict[str, float]:
    """Return µs of Redis's processor time, of notifications that come alone and of those that do not."""
    found = {}
    with RedisServer() as redis:
        for name, at_a_time in (("", 1), ("_together", TOGETHER)):
            spent = [_cost(redis.port, redis.process.pid, n, at_a_time) for n in SUBSCRIBERS]
            copy_us, publish_us = linear_regression(SUBSCRIBERS, spent)
            found[f"publish{name}_us"] = round(publish_us, 2)
            found[f"copy{name}_us"] = round(copy_us, 2)
    return found


def _cost(port: int, pid: int, subscribers: int, at_a_time: int) -> float:
    listening = [_subscriber(port) for _ in range(subscribers)]
    client = Redis(port=port)
    while client.pubsub_numsub("room")[0][1] != subscribers:
        time.sleep(0.01)
    before = cpu_seconds([pid])
    for done in range(0, NOTIFICATIONS, at_a_time):
        pipeline = client.pipeline(transaction=False)
        for _ in range(at_a_time):
            pipeline.publish("room", b"x" * SIZE)
        pipeline.execute()
        if done % TOGETHER == 0:
            for sock in listening:
                _read(sock)
    spent = cpu_seconds([pid]) - before
    for sock in listening:
        sock.close()
    return spent * 1e6 / NOTIFICATIONS


def _subscriber(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(b"SUBSCRIBE room\r\n")
    return sock


def _read(sock: socket.socket) -> None:
    """Read what has come, so that Redis does not keep it."""
    sock.setblocking(False)
    try:
        while sock.recv(1 << 18):
            pass
    except BlockingIOError:
        pass


def main() -> None:
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()

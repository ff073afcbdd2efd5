"""Numbers of the real code that shape the simulation. A test holds them to rooms/live and static/js."""

import random

# rooms/live/writer.py: posts in a transaction, transactions at once, posts that are worth another one,
# the seconds that posts gather while another worker has its turn, and those from one transaction with
# posts of several rooms to the next.
BATCH, BATCHES, WORTH_A_BATCH, GATHER, SPACING = 500, 3, 16, 0.02, 0.006
# rooms/live/door.py: sockets let in together.
DOOR = 200
# rooms/live/repair.py: seconds that a change waits for those before it, and between two polls.
HOLD, POLL = 0.05, 1.0
# rooms/live/gathering.py: seconds for which joins are gathered in a crowd.
WINDOW = 0.5
# rooms/live/subscription.py: seconds until a layer that was away is tried again.
RETRY = 1.0
# static/js/net/socket.js: seconds until a client gives up a handshake, and a welcome.
OPEN_TIMEOUT, WELCOME_TIMEOUT = 5.0, 10.0
# static/js/net/backoff.js: the longest pause between two attempts, in seconds.
CAP = 30.0


def delay(attempt: int, dice: random.Random) -> float:
    """Return the seconds until a client's next attempt, as static/js/net/backoff.js does."""
    step = min(CAP, 2.0 ** min(attempt, 10))
    if attempt == 0:
        return step * dice.random()
    return step / 2 + step / 2 * dice.random()

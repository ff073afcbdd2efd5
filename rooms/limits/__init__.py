"""How much one person, address, room or the whole site may do: token buckets.

What is asked of pages (`require`) is decided by the buckets all workers share, what is asked of
sockets (`Limiter.require`, `post`) by this worker's own, which are settled with the shared ones once
a second. docs/PROTOCOL.md has the table, SECURITY.md what it is worth against a guesser.

An address may be a school or a provider's: the numbers let a class in at once. IPv6 counts by /64
(rooms/addresses.py).
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings

from rooms.errors import RoomNotFound, WrongPasscode
from rooms.limits.buckets import (
    Bucket,
    Claim,
    Limiter,
    Rate,
    lower_here,
    put_back_here,
    refusal,
    take_here,
)
from rooms.limits.intake import Intake
from rooms.limits.shared import Settler, store

__all__ = [
    "Bucket",
    "Claim",
    "Intake",
    "Limiter",
    "Rate",
    "give_back",
    "post",
    "require",
    "settler",
]

# Ten messages a second for ten seconds is a program or a paste; a person is never in the way. An
# address has less than a room, so that nobody alone can use up what a room has.
posting = Limiter(Rate(burst=100, per_second=5), "post.person")
posting_from = Limiter(Rate(burst=1000, per_second=100), "post.address")
posting_into = Limiter(Rate(burst=1000, per_second=100), "post.room")
# What costs this worker a query, and nobody else anything: it is counted here alone. A school that
# comes back after a restart, all at once, comes in.
paging = Limiter(Rate(burst=60, per_second=5))
searching = Limiter(Rate(burst=30, per_second=1))
downloading = Limiter(Rate(burst=10, per_second=1 / 60))
connecting = Limiter(Rate(burst=2000, per_second=50))

# The form, whatever comes of it.
entering = Limiter(Rate(burst=300, per_second=1), "enter.address")
entering_as = Limiter(Rate(burst=60, per_second=1 / 2), "enter.person")
entering_room = Limiter(Rate(burst=600, per_second=10), "enter.room")
creating_from = Limiter(Rate(burst=200, per_second=1 / 5), "create.address")
creating_as = Limiter(Rate(burst=60, per_second=1 / 30), "create.person")

# Codes that were not those of an open room: what a person mistypes, and what a program tries.
guessing = Limiter(Rate(burst=20, per_second=1 / 6), "guess.address")
guessing_as = Limiter(Rate(burst=20, per_second=1 / 6), "guess.person")
# Of the whole site, however many addresses they come from: strangers have one bucket and people who
# have been here for a day another, so that an attack does not lock them out.
guessing_at_all = Limiter(Rate(burst=300, per_second=1), "guess.site")

# Passcodes of one room that were wrong. Its length is the owner's choice, so the tries are few.
passcodes = Limiter(Rate(burst=5, per_second=1 / 30), "passcode.address")
passcodes_of = Limiter(Rate(burst=30, per_second=1 / 10), "passcode.room")

# Passwords that were wrong: what a person mistypes, and what a program tries. By name too, since a
# program has many addresses; whether there is such a person makes no difference.
logging_in_from = Limiter(Rate(burst=30, per_second=1 / 20), "login.address")
logging_in_as = Limiter(Rate(burst=10, per_second=1 / 60), "login.name")

# Passwords and passcodes that the site has to hash, right or wrong: none of these is given back. A class
# signs in at once.
hashing_from = Limiter(Rate(burst=100, per_second=1 / 2), "hash.address")
hashing_as = Limiter(Rate(burst=30, per_second=1 / 10), "hash.person")

# Orders of those in charge of a room: each is a transaction, and news to all who are there.
ordering = Limiter(Rate(burst=60, per_second=1), "order.person")

# Reports are read by people. More than one a minute is somebody who reports everything, and a guest
# is made in no time: so by browser and by address too.
reporting = Limiter(Rate(burst=10, per_second=1 / 60), "report.person")
reporting_by = Limiter(Rate(burst=10, per_second=1 / 60), "report.device")
reporting_from = Limiter(Rate(burst=20, per_second=1 / 30), "report.address")

# Characters of a user name that are looked at.
_NAME_MAX = 150

SHARED = (
    posting, posting_from, posting_into, entering, entering_as, entering_room, creating_from,
    creating_as, guessing, guessing_as, guessing_at_all, passcodes, passcodes_of, logging_in_from,
    logging_in_as, hashing_from, hashing_as, ordering, reporting, reporting_by, reporting_from,
)  # fmt: skip


def post(*, person: str, address: str, room: str, tokens: int = 1) -> None:
    """A message, an edit, a reaction. Raises RateLimited. Decided in this worker's memory.

    `tokens`: what a dear text counts for, of its author's.
    """
    if settings.CHAT_RATE_LIMITS:
        own = Claim(posting, person, tokens), Claim(posting_from, address, tokens)
        take_here((*own, Claim(posting_into, room)), settle=True)


def create(*, person: str, address: str) -> None:
    """A new room, by somebody known or by nobody (""). Raises RateLimited."""
    claims = [Claim(entering, address), Claim(creating_from, address)]
    if person:
        claims.append(Claim(creating_as, person))
    require(claims)


@contextmanager
def join(*, person: str, address: str, code: str, at_home: bool) -> Iterator[None]:
    """A try to come into a room with a code, in the body. Raises RateLimited.

    A try is taken first and given back unless the code was wrong (RoomNotFound): many at once get
    no more of them than many in turn. `code` is "" if it cannot be one; then nothing is guessed.
    `at_home`: somebody who has been here for long.
    """
    claims = [Claim(entering, address)]
    if person:
        claims.append(Claim(entering_as, person))
    tries = []
    if code:
        # Taken whether there is such a room or not: neither may show in what is refused.
        claims.append(Claim(entering_room, code))
        tries = [
            Claim(guessing, address),
            Claim(guessing_at_all, "known" if at_home else "strangers"),
        ]
        if person:
            tries.append(Claim(guessing_as, person))
    with _trying(tries, besides=claims, wrong=RoomNotFound):
        yield


@contextmanager
def passcode(*, address: str, code: str, typed: bool, person: str = "") -> Iterator[None]:
    """A try at the passcode of the room with a code, in the body. Raises RateLimited.

    As in `join`: taken first, given back unless it was wrong (WrongPasscode), and asked for whether
    there is such a room or not.
    """
    tries = (
        [Claim(passcodes, f"{address} {code}"), Claim(passcodes_of, code)] if typed and code else []
    )
    hashed = _hashing(person=person, address=address) if typed else []
    with _trying(tries, wrong=(WrongPasscode, RoomNotFound), besides=hashed):
        yield


@contextmanager
def log_in(*, address: str, name: str, person: str = "") -> Iterator[None]:
    """A try to sign in with a name and a password, in the body. Raises RateLimited.

    Taken first, and given back if the body raises nothing: only what fails counts. What the hash
    costs is not given back. `person`: who is signed in already, and proves it again.
    """
    name = unicodedata.normalize("NFKC", name[:_NAME_MAX]).casefold()
    key = sha256(name.encode(errors="replace"))
    tries = [Claim(logging_in_from, address), Claim(logging_in_as, key.hexdigest()[:32])]
    with _trying(tries, wrong=BaseException, besides=_hashing(person=person, address=address)):
        yield


@contextmanager
def _trying(
    tries: Sequence[Claim],
    *,
    wrong: type[BaseException] | tuple[type[BaseException], ...],
    besides: Sequence[Claim] = (),
) -> Iterator[None]:
    """Take tries, and give them back unless the body raises what a wrong one does.

    What is claimed `besides` is spent in any case.
    """
    require([*besides, *tries])
    try:
        yield
    except wrong:
        raise
    except BaseException:
        give_back(tries)
        raise
    give_back(tries)


def register(*, address: str) -> None:
    """A new account. Raises RateLimited."""
    require([Claim(entering, address), *_hashing(person="", address=address)])


def new_secret(*, person: str, address: str) -> None:
    """Another password or passcode, which the site has to hash. Raises RateLimited."""
    require(_hashing(person=person, address=address))


def order(*, person: str) -> None:
    """An order of somebody in charge of a room. Raises RateLimited."""
    require([Claim(ordering, person)])


def _hashing(*, person: str, address: str) -> list[Claim]:
    claims = [Claim(hashing_from, address)]
    return [*claims, Claim(hashing_as, person)] if person else claims


def report(*, person: str, device: str, address: str) -> None:
    """A report, by a member. `device` is "" for a browser that is not known. Raises RateLimited."""
    claims = [Claim(reporting, person), Claim(reporting_from, address)]
    if device:
        claims.append(Claim(reporting_by, device))
    require(claims)


def require(claims: Sequence[Claim]) -> None:
    """Take all that is claimed, here and in the store, or nothing and raise RateLimited.

    At most one round trip; without an answer from the store this worker's memory decides.
    """
    if not settings.CHAT_RATE_LIMITS or not claims:
        return
    take_here(claims, settle=False)
    if not settings.REDIS_URL:
        return
    answer = store(settings.REDIS_URL).run(claims, mode="take")
    if answer is None:
        for limiter, key, tokens in claims:
            limiter.note(key, tokens)
        return
    if not answer.taken:
        put_back_here(claims)
    for claim, left in zip(claims, answer.left, strict=True):
        lower_here(claim.limiter, claim.key, left)
    if not answer.taken:
        waits = [
            (((claim.tokens or 1) - left) / claim.limiter.rate.per_second, claim.limiter)
            for claim, left in zip(claims, answer.left, strict=True)
        ]
        wait, limiter = max(waits, key=lambda pair: pair[0])
        raise refusal(limiter, wait)


def give_back(claims: Sequence[Claim]) -> None:
    """Undo `require`."""
    if not settings.CHAT_RATE_LIMITS or not claims:
        return
    put_back_here(claims)
    if settings.REDIS_URL:
        returned = [claim._replace(tokens=-claim.tokens) for claim in claims]
        if store(settings.REDIS_URL).run(returned, mode="note") is None:
            for limiter, key, tokens in returned:
                limiter.note(key, tokens)


def settler() -> Settler:
    """What a live worker settles the sockets' spending with."""
    return Settler(SHARED)

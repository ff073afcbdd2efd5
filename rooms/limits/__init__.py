"""How much one person, address, room or the whole site may do: token buckets.

What is asked of pages (`require`) is decided by the buckets all workers share, what is asked of
sockets (`Limiter.require`, `post`) by this worker's own, which are settled with the shared ones once
a second. docs/PROTOCOL.md has the table, SECURITY.md what it is worth against a guesser.

An address may be a school or a provider's: the numbers let a class in at once. IPv6 counts by /64
(rooms/addresses.py), and wrong tries by /56 and /48 too, since whoever has one has all that is in it.

Tries at codes, passcodes and passwords share a bucket with everybody who tries the same, and a
program empties it for the others. So when it is empty, the first try in an hour of an address has
another one; and a browser in which somebody was signed in before has its own.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings

from rooms import addresses
from rooms.errors import NoHandoff, RoomNotFound, WrongPasscode
from rooms.limits.buckets import (
    Bucket,
    Claim,
    Limiter,
    Rate,
    charge_here,
    take_here,
)
from rooms.limits.intake import Intake
from rooms.limits.shared import Settler, use_site
from rooms.limits.spending import give_back, require, require_one

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
    "use_site",
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
# Seconds that searches took. A class that looks for something all at once takes two or three.
searching_for = Limiter(Rate(burst=10, per_second=1 / 5))
searching_from = Limiter(Rate(burst=30, per_second=1 / 2))
downloading = Limiter(Rate(burst=10, per_second=1 / 60))
connecting = Limiter(Rate(burst=2000, per_second=50))

# Coming in by a right code: schools and companies are one address. What a wrong code costs is below.
joining_from = Limiter(Rate(burst=3000, per_second=50), "join.address")
# The form otherwise, whatever comes of it.
entering = Limiter(Rate(burst=300, per_second=1), "enter.address")
entering_as = Limiter(Rate(burst=60, per_second=1 / 2), "enter.person")
entering_room = Limiter(Rate(burst=3000, per_second=50), "enter.room")
creating_from = Limiter(Rate(burst=200, per_second=1 / 5), "create.address")
creating_as = Limiter(Rate(burst=60, per_second=1 / 30), "create.person")

# Codes that were not those of an open room: what a person mistypes, and what a program tries.
guessing = Limiter(Rate(burst=20, per_second=1 / 6), "guess.address")
guessing_near = Limiter(Rate(burst=40, per_second=1 / 4), "guess.56")
guessing_around = Limiter(Rate(burst=60, per_second=1 / 3), "guess.48")
guessing_as = Limiter(Rate(burst=20, per_second=1 / 6), "guess.person")
# Of the whole site, however many addresses they come from: strangers have one bucket and people who
# have been here for a day another, so that an attack does not lock them out.
guessing_at_all = Limiter(Rate(burst=300, per_second=1), "guess.site")
guessing_first = Limiter(Rate(burst=300, per_second=1), "guess.first")

# Passcodes of one room that were wrong. Its length is the owner's choice, so the tries are few.
passcodes = Limiter(Rate(burst=5, per_second=1 / 30), "passcode.address")
passcodes_near = Limiter(Rate(burst=8, per_second=1 / 25), "passcode.56")
passcodes_around = Limiter(Rate(burst=12, per_second=1 / 20), "passcode.48")
passcodes_of = Limiter(Rate(burst=30, per_second=1 / 10), "passcode.room")
passcodes_first = Limiter(Rate(burst=30, per_second=1 / 10), "passcode.first")

# Passwords that were wrong: what a person mistypes, and what a program tries. By name too, since a
# program has many addresses; whether there is such a person makes no difference.
logging_in_from = Limiter(Rate(burst=30, per_second=1 / 20), "login.address")
logging_in_near = Limiter(Rate(burst=45, per_second=1 / 15), "login.56")
logging_in_around = Limiter(Rate(burst=60, per_second=1 / 10), "login.48")
logging_in_as = Limiter(Rate(burst=10, per_second=1 / 60), "login.name")
logging_in_first = Limiter(Rate(burst=10, per_second=1 / 60), "login.first")
logging_in_by = Limiter(Rate(burst=10, per_second=1 / 60), "login.device")

# The first wrong try, of each of these kinds, in an hour: the address is nobody's who tries many.
first_tries = Limiter(Rate(burst=1, per_second=1 / 3600), "first.address")
first_tries_around = Limiter(Rate(burst=10, per_second=1 / 60), "first.48")

# Wrong links to continue on another device: 128 random bits, which nobody guesses. So these
# numbers are for the database, and for the log of who tries.
continuing = Limiter(Rate(burst=20, per_second=1 / 6), "continue.address")
continuing_near = Limiter(Rate(burst=40, per_second=1 / 4), "continue.56")
continuing_around = Limiter(Rate(burst=60, per_second=1 / 3), "continue.48")
# Links that are made.
handing_off = Limiter(Rate(burst=20, per_second=1 / 60), "handoff.person")

# Passwords and passcodes that the site has to hash, right or wrong: none of these is given back. A class
# signs in at once.
hashing_from = Limiter(Rate(burst=100, per_second=1 / 2), "hash.address")
hashing_as = Limiter(Rate(burst=30, per_second=1 / 10), "hash.person")

# Orders of those in charge of a room: each is a transaction, and news to all who are there.
ordering = Limiter(Rate(burst=60, per_second=1), "order.person")

# Each room of a person is told of a new name.
renaming = Limiter(Rate(burst=10, per_second=1 / 60), "rename.person")

# A browser says once a day that it still has its subscription. A test goes out to a push service.
subscribing = Limiter(Rate(burst=30, per_second=1 / 10), "push.person")
testing_push = Limiter(Rate(burst=5, per_second=1 / 10), "pushtest.person")
# Files are begun one by one; what they are made of is bounded by what a person may send in a day.
attaching = Limiter(Rate(burst=60, per_second=1 / 2), "attach.person")
# Hiding somebody, and showing them again: the pages that the person has open are checked again.
hiding = Limiter(Rate(burst=60, per_second=1), "hide.person")

# Reports are read by people. More than one a minute is somebody who reports everything, and a guest
# is made in no time: so by browser and by address too.
reporting = Limiter(Rate(burst=10, per_second=1 / 60), "report.person")
reporting_by = Limiter(Rate(burst=10, per_second=1 / 60), "report.device")
reporting_from = Limiter(Rate(burst=20, per_second=1 / 30), "report.address")

# Characters of a user name that are looked at.
_NAME_MAX = 150

SHARED = (
    posting, posting_from, posting_into, joining_from, entering, entering_as, entering_room, creating_from,
    creating_as, guessing, guessing_as, guessing_at_all, passcodes, passcodes_of, logging_in_from,
    logging_in_as, hashing_from, hashing_as, ordering, renaming, hiding, attaching, subscribing,
    testing_push, reporting, reporting_by,
    reporting_from,
    guessing_near, guessing_around, guessing_first, passcodes_near, passcodes_around,
    passcodes_first, logging_in_near, logging_in_around, logging_in_first, logging_in_by,
    first_tries, first_tries_around, continuing, continuing_near, continuing_around, handing_off,
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
    claims = [Claim(joining_from if code else entering, address)]
    if person:
        claims.append(Claim(entering_as, person))
    ways: Ways = ()
    first = _first("guess", address)
    if code:
        # Taken whether there is such a room or not: neither may show in what is refused.
        claims.append(Claim(entering_room, code))
        who = "known" if at_home else "strangers"
        own = [Claim(guessing, address), *_around(address, guessing_near, guessing_around)]
        if person:
            own.append(Claim(guessing_as, person))
        ways = (
            [*own, Claim(guessing_at_all, who)],
            [*own, *first, Claim(guessing_first, who)],
        )
    with _trying(ways, first=first, besides=claims, wrong=RoomNotFound):
        yield


@contextmanager
def passcode(*, address: str, code: str, typed: bool) -> Iterator[None]:
    """A try at the passcode of the room with a code, in the body. Raises RateLimited.

    As in `join`: taken first, given back unless it was wrong (WrongPasscode), and asked for whether
    there is such a room or not. What a hash costs is `new_secret`'s.
    """
    ways: Ways = ()
    first = _first(f"passcode {code}", address)
    if typed and code:
        own = [
            Claim(passcodes, f"{address} {code}"),
            *_around(address, passcodes_near, passcodes_around, of=code),
        ]
        ways = (
            [*own, Claim(passcodes_of, code)],
            [*own, *first, Claim(passcodes_first, code)],
        )
    with _trying(ways, first=first, wrong=(WrongPasscode, RoomNotFound)):
        yield


@contextmanager
def log_in(*, address: str, name: str, device: str = "", person: str = "") -> Iterator[None]:
    """A try to sign in with a name and a password, in the body. Raises RateLimited.

    Taken first, and given back if the body raises nothing: only what fails counts. What the hash
    costs is not given back. `person`: who is signed in already, and proves it again. `device`: the
    browser, if this name was signed in there before; what others do to the name is nothing to it.
    """
    key, first = name_key(name), _first("login", address)
    own = [
        Claim(logging_in_from, address),
        *_around(address, logging_in_near, logging_in_around),
    ]
    ways: Ways = (
        [*own, Claim(logging_in_as, key)],
        [*own, *first, Claim(logging_in_first, key)],
    )
    if device:
        ways = ([Claim(logging_in_by, f"{device} {key}")], *ways)
    hashed = _hashing(person=person, address=address)
    with _trying(ways, first=first, wrong=BaseException, besides=hashed):
        yield


def name_key(name: str) -> str:
    """Return the key under which a user name is counted, the same for each way to write it."""
    folded = unicodedata.normalize("NFKC", name[:_NAME_MAX]).casefold()
    return sha256(folded.encode(errors="replace")).hexdigest()[:32]


# Claims of which any will do, the first that can be had.
Ways = Sequence[Sequence[Claim]]


def _around(address: str, near: Limiter, around: Limiter, *, of: str = "") -> list[Claim]:
    """A wrong try, counted for the networks that an address of IPv6 is in."""
    after = f" {of}" if of else ""
    wider = zip((near, around), addresses.wider(address), strict=False)
    return [Claim(limiter, network + after) for limiter, network in wider]


def _first(kind: str, address: str) -> list[Claim]:
    """The first try of a kind from an address in an hour."""
    around = [Claim(first_tries_around, f"{net} {kind}") for net in addresses.wider(address)[1:]]
    return [Claim(first_tries, f"{address} {kind}"), *around]


@contextmanager
def _trying(
    ways: Ways,
    *,
    first: Sequence[Claim],
    wrong: type[BaseException] | tuple[type[BaseException], ...],
    besides: Sequence[Claim] = (),
) -> Iterator[None]:
    """Take a try in one of these ways, and give it back unless the body raises what a wrong one does.

    What is claimed `besides` is spent in any case. After a wrong try the next one is not the `first`
    of its address.
    """
    taken = require_one([[*besides, *tries] for tries in ways or ([],)])
    tries = taken[len(besides) :]
    try:
        yield
    except wrong:
        if tries and first[0] not in tries:
            require_one([first, ()])
        raise
    except BaseException:
        give_back(tries)
        raise
    give_back(tries)


def register(*, address: str) -> None:
    """A new account. Raises RateLimited."""
    require([Claim(entering, address), *_hashing(person="", address=address)])


def new_secret(*, person: str, address: str) -> None:
    """A password or passcode that the site has to hash. Raises RateLimited."""
    require(_hashing(person=person, address=address))


def order(*, person: str) -> None:
    """An order of somebody in charge of a room. Raises RateLimited."""
    require([Claim(ordering, person)])


def _hashing(*, person: str, address: str) -> list[Claim]:
    claims = [Claim(hashing_from, address)]
    return [*claims, Claim(hashing_as, person)] if person else claims


def rename(*, person: str) -> None:
    """Another name, of which all rooms of a person are told. Raises RateLimited."""
    require([Claim(renaming, person)])


def hide(*, person: str) -> None:
    """Somebody to be hidden for a person, or shown again. Raises RateLimited."""
    require([Claim(hiding, person)])


def attach(*, person: str) -> None:
    """A file that a person begins to send. Raises RateLimited."""
    require([Claim(attaching, person)])


def subscribe(*, person: str) -> None:
    """A subscription to web push, or the end of one. Raises RateLimited."""
    require([Claim(subscribing, person)])


def test_push(*, person: str) -> None:
    """A notification that a person sends to themselves. Raises RateLimited."""
    require([Claim(testing_push, person)])


def hand_off(*, person: str) -> None:
    """Another link to continue on another device. Raises RateLimited."""
    require([Claim(handing_off, person)])


@contextmanager
def continue_here(*, address: str) -> Iterator[None]:
    """A try at a link to continue on another device, in the body. Raises RateLimited.

    Taken first, and given back unless the link is no good (NoHandoff).
    """
    tries = [
        Claim(continuing, address),
        *_around(address, continuing_near, continuing_around),
    ]
    require(tries)
    try:
        yield
    except NoHandoff:
        raise
    except BaseException:
        give_back(tries)
        raise
    give_back(tries)


def search(*, person: str, address: str) -> None:
    """A search, before it begins. Raises RateLimited, also where earlier ones took too long."""
    took = Claim(searching_for, person, 0), Claim(searching_from, address, 0)
    take_here((Claim(searching, person), *took), settle=False)


def searched(*, person: str, address: str, seconds: float) -> None:
    """Count the time that a search took, in seconds."""
    charge_here((Claim(searching_for, person, seconds), Claim(searching_from, address, seconds)))


def report(*, person: str, device: str, address: str) -> None:
    """A report, by a member. `device` is "" for a browser that is not known. Raises RateLimited."""
    claims = [Claim(reporting, person), Claim(reporting_from, address)]
    if device:
        claims.append(Claim(reporting_by, device))
    require(claims)


def settler() -> Settler:
    """Return a Settler of what the sockets of this worker spend."""
    return Settler(SHARED)

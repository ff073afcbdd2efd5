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
from rooms.errors import NoHandoff, RoomNotFound, WrongFactor, WrongPasscode
from rooms.limits import table
from rooms.limits.buckets import Bucket, Claim, Limiter, Rate, charge_here, take_here
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
    "table",
    "use_site",
]

# Characters of a user name that are looked at.
_NAME_MAX = 150


def post(*, person: str, address: str, room: str, tokens: int = 1, is_bot: bool = False) -> None:
    """A message, an edit, a reaction. Raises RateLimited. Decided in this worker's memory.

    `tokens`: what a dear text counts for, of its author's.
    """
    if settings.CHAT_RATE_LIMITS:
        own_limit = table.posting_as_bot if is_bot else table.posting
        own = Claim(own_limit, person, tokens), Claim(table.posting_from, address, tokens)
        take_here((*own, Claim(table.posting_into, room)), settle=True)


def create(*, person: str, address: str) -> None:
    """A new room, by somebody known or by nobody (""). Raises RateLimited."""
    claims = [Claim(table.entering, address), Claim(table.creating_from, address)]
    if person:
        claims.append(Claim(table.creating_as, person))
    require(claims)


@contextmanager
def join(*, person: str, address: str, code: str, at_home: bool) -> Iterator[None]:
    """A try to come into a room with a code, in the body. Raises RateLimited.

    A try is taken first and given back unless the code was wrong (RoomNotFound): many at once get
    no more of them than many in turn. `code` is "" if it cannot be one; then nothing is guessed.
    `at_home`: somebody who has been here for long.
    """
    claims = [Claim(table.joining_from if code else table.entering, address)]
    if person:
        claims.append(Claim(table.entering_as, person))
    ways: Ways = ()
    first = _first("guess", address)
    if code:
        # Taken whether there is such a room or not: neither may show in what is refused.
        claims.append(Claim(table.entering_room, code))
        who = "known" if at_home else "strangers"
        own = [
            Claim(table.guessing, address),
            *_around(address, table.guessing_near, table.guessing_around),
        ]
        if person:
            own.append(Claim(table.guessing_as, person))
        ways = (
            [*own, Claim(table.guessing_at_all, who)],
            [*own, *first, Claim(table.guessing_first, who)],
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
            Claim(table.passcodes, f"{address} {code}"),
            *_around(address, table.passcodes_near, table.passcodes_around, of=code),
        ]
        ways = (
            [*own, Claim(table.passcodes_of, code)],
            [*own, *first, Claim(table.passcodes_first, code)],
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
        Claim(table.logging_in_from, address),
        *_around(address, table.logging_in_near, table.logging_in_around),
    ]
    ways: Ways = (
        [*own, Claim(table.logging_in_as, key)],
        [*own, *first, Claim(table.logging_in_first, key)],
    )
    if device:
        ways = ([Claim(table.logging_in_by, f"{device} {key}")], *ways)
    hashed = _hashing(person=person, address=address)
    with _trying(ways, first=first, wrong=BaseException, besides=hashed):
        yield


@contextmanager
def prove(*, person: str, address: str = "") -> Iterator[None]:
    """A try at a second factor, in the body. Raises RateLimited.

    Taken first, and given back unless it was wrong (WrongFactor). With an `address` for what cannot be
    guessed: then nobody who tries elsewhere keeps the owner out.
    """
    tries = [Claim(table.proving, f"{person} {address}".rstrip())]
    require(tries)
    try:
        yield
    except WrongFactor:
        raise
    except BaseException:
        give_back(tries)
        raise
    give_back(tries)


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
    around = [
        Claim(table.first_tries_around, f"{net} {kind}") for net in addresses.wider(address)[1:]
    ]
    return [Claim(table.first_tries, f"{address} {kind}"), *around]


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
    require([Claim(table.entering, address), *_hashing(person="", address=address)])


def new_secret(*, person: str, address: str) -> None:
    """A password or passcode that the site has to hash. Raises RateLimited."""
    require(_hashing(person=person, address=address))


def sign_on(*, address: str) -> None:
    """A sign-in by the provider that is begun. Raises RateLimited."""
    require([Claim(table.signing_on_from, address)])


def order(*, person: str) -> None:
    """An order of somebody in charge of a room. Raises RateLimited."""
    require([Claim(table.ordering, person)])


def _hashing(*, person: str, address: str) -> list[Claim]:
    claims = [Claim(table.hashing_from, address)]
    return [*claims, Claim(table.hashing_as, person)] if person else claims


def rename(*, person: str) -> None:
    """Another name, of which all rooms of a person are told. Raises RateLimited."""
    require([Claim(table.renaming, person)])


def hide(*, person: str) -> None:
    """Somebody to be hidden for a person, or shown again. Raises RateLimited."""
    require([Claim(table.hiding, person)])


def attach(*, person: str) -> None:
    """A file that a person begins to send. Raises RateLimited."""
    require([Claim(table.attaching, person)])


def subscribe(*, person: str) -> None:
    """A subscription to web push, or the end of one. Raises RateLimited."""
    require([Claim(table.subscribing, person)])


def test_push(*, person: str) -> None:
    """A notification that a person sends to themselves. Raises RateLimited."""
    require([Claim(table.testing_push, person)])


def hook(*, token: str, address: str) -> None:
    """A post to a hook, with the digest of its token. Raises RateLimited."""
    require([Claim(table.hooking, token), Claim(table.hooking_from, address)])


def hook_into(*, room: str) -> None:
    """A hook's post into a room. Raises RateLimited. Decided in this worker's memory."""
    table.posting_into.require(room)


def hand_off(*, person: str) -> None:
    """Another link to continue on another device. Raises RateLimited."""
    require([Claim(table.handing_off, person)])


@contextmanager
def continue_here(*, address: str) -> Iterator[None]:
    """A try at a link to continue on another device, in the body. Raises RateLimited.

    Taken first, and given back unless the link is no good (NoHandoff).
    """
    tries = [
        Claim(table.continuing, address),
        *_around(address, table.continuing_near, table.continuing_around),
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
    took = Claim(table.searching_for, person, 0), Claim(table.searching_from, address, 0)
    take_here((Claim(table.searching, person), *took), settle=False)


def searched(*, person: str, address: str, seconds: float) -> None:
    """Count the time that a search took, in seconds."""
    charge_here(
        (Claim(table.searching_for, person, seconds), Claim(table.searching_from, address, seconds))
    )


def report(*, person: str, device: str, address: str) -> None:
    """A report, by a member. `device` is "" for a browser that is not known. Raises RateLimited."""
    claims = [Claim(table.reporting, person), Claim(table.reporting_from, address)]
    if device:
        claims.append(Claim(table.reporting_by, device))
    require(claims)


def settler() -> Settler:
    """Return a Settler of what the sockets of this worker spend."""
    return Settler(table.SHARED)

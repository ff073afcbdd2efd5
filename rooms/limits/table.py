"""The table of limits: how much of each thing at once, and how much of it a second after that.

A limiter with a name is settled with the buckets that all workers share (SHARED); one without counts
in its worker alone. docs/PROTOCOL.md has the table for readers.
"""

from rooms.limits.buckets import Limiter, Rate

# Ten messages a second for ten seconds is a program or a paste; a person is never in the way. An
# address has less than a room, so that nobody alone can use up what a room has.
posting = Limiter(Rate(burst=100, per_second=5), "post.person")
# Less for a bot: two that answer each other do so for ever.
posting_as_bot = Limiter(Rate(burst=20, per_second=1), "post.bot")
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

# Second factors of a person that were wrong: who tries has the password already. A wrong code is slowed
# down by the authenticator's own count too (rooms/actions/factors.py).
proving = Limiter(Rate(burst=10, per_second=1 / 30), "factor.person")

# The first wrong try, of each of these kinds, in an hour: the address is nobody's who tries many.
first_tries = Limiter(Rate(burst=1, per_second=1 / 3600), "first.address")
first_tries_around = Limiter(Rate(burst=10, per_second=1 / 60), "first.48")

# Sign-ins by the provider that are begun: each is a session, and two or three requests to the provider.
signing_on_from = Limiter(Rate(burst=30, per_second=1 / 10), "openid.address")

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

# Posts of a program to a hook, by the token it names, whether there is such a hook or not; and by address,
# for who tries many.
hooking = Limiter(Rate(burst=20, per_second=1), "hook.token")
hooking_from = Limiter(Rate(burst=200, per_second=20), "hook.address")

# Reports are read by people. More than one a minute is somebody who reports everything, and a guest
# is made in no time: so by browser and by address too.
reporting = Limiter(Rate(burst=10, per_second=1 / 60), "report.person")
reporting_by = Limiter(Rate(burst=10, per_second=1 / 60), "report.device")
reporting_from = Limiter(Rate(burst=20, per_second=1 / 30), "report.address")

SHARED = (
    posting, posting_as_bot, posting_from, posting_into, joining_from, entering, entering_as, entering_room, creating_from,
    creating_as, guessing, guessing_as, guessing_at_all, passcodes, passcodes_of, logging_in_from,
    logging_in_as, hashing_from, hashing_as, ordering, renaming, hiding, attaching, subscribing,
    testing_push, reporting, reporting_by,
    reporting_from,
    guessing_near, guessing_around, guessing_first, passcodes_near, passcodes_around,
    passcodes_first, logging_in_near, logging_in_around, logging_in_first, logging_in_by,
    first_tries, first_tries_around, hooking, hooking_from, continuing, continuing_near, continuing_around, handing_off,
    proving, signing_on_from,
)  # fmt: skip

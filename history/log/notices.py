"""What a notice says, as facts, and the sentence made of them.

A person is looked for in the facts, by id. A name or a reason can be any text, also one that reads
like a notice, so nothing is to be found out from a sentence.
"""

import re
from collections.abc import Collection, Iterator
from typing import NotRequired, TypedDict

from django.utils.functional import Promise

from history.log.entry import Entry
from history.models import Message
from history.wire import Person


class Named(TypedDict):
    """A person by public id, under the name they had then."""

    id: str
    name: str


class Facts(TypedDict):
    """What is not said of a notice is missing."""

    verb: str
    # Missing: the site.
    by: NotRequired[Named]
    about: NotRequired[Named]
    # The name before, of somebody who has another one now.
    was: NotRequired[str]
    # A time, a number of messages, or what is so now, in words.
    what: NotRequired[str]
    reason: NotRequired[str]


# What notices say, by verb, with {by}, {about} and {what}. Those who have the verbs hand it in
# (rooms/apps.py): the log does not know what can be done in a room.
SENTENCES: dict[str, str | Promise] = {}


def facts(
    verb: str,
    *,
    by: Person | None = None,
    about: Person | None = None,
    was: str = "",
    what: str = "",
    reason: str = "",
) -> Facts:
    """The facts of a notice. `verb` is one of SENTENCES, "rename" or "close".

    Of "succeed", `by` is the owner before.
    """
    found: Facts = {"verb": verb}
    if by is not None:
        found["by"] = {"id": by.public_id, "name": str(by)}
    if about is not None:
        found["about"] = {"id": about.public_id, "name": str(about)}
    if was:
        found["was"] = was
    if what:
        found["what"] = what
    if reason:
        found["reason"] = reason
    return found


def sentence(found: Facts) -> str:
    """Return the sentence that the room is told."""
    verb, reason = found["verb"], found.get("reason", "")
    about = found["about"]["name"] if "about" in found else ""
    if verb == "close":
        return reason
    if verb == "rename":
        was = found.get("was")
        return f"{was} is now called {about}" if was else f"{about} had another name."
    nobody = "The owner" if verb == "succeed" else "The site"
    by = found["by"]["name"] if "by" in found else nobody
    text = str(SENTENCES[verb]).format(by=by, about=about, what=found.get("what", ""))
    return f"{text}: {reason}" if reason else f"{text}."


def entry(author: Person | None, found: Facts) -> Entry:
    """A notice to append, by a user or by nobody."""
    return Entry.of(Message.Kind.NOTICE, author, body=sentence(found), facts=found)


def names_in(found: Facts, person_id: str) -> Iterator[str]:
    """Yield the names that a notice has for a person."""
    if "by" in found and found["by"]["id"] == person_id:
        yield found["by"]["name"]
    if "about" in found and found["about"]["id"] == person_id:
        yield found["about"]["name"]
        if was := found.get("was"):
            yield was


def unnamed(found: Facts, person_id: str, *, names: Collection[str], by: str) -> Facts:
    """Return the facts of a notice about a person, with `by` for the person's name.

    The reason of such a notice is about the person too: it loses whichever of `names` it has. No
    other text does.
    """
    fresh = found.copy()
    if "by" in found and found["by"]["id"] == person_id:
        fresh["by"] = {"id": person_id, "name": by}
    if "about" in found and found["about"]["id"] == person_id:
        fresh["about"] = {"id": person_id, "name": by}
        fresh.pop("was", None)
    if reason := found.get("reason"):
        any_of = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        fresh["reason"] = re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", lambda _: by, reason)
    return fresh


def handed_over(found: Facts, giver: str, taker: str) -> Facts:
    """Return the facts of a notice with one person's id for another's. The name of then stays."""
    fresh = found.copy()
    if "by" in found and found["by"]["id"] == giver:
        fresh["by"] = {"id": taker, "name": found["by"]["name"]}
    if "about" in found and found["about"]["id"] == giver:
        fresh["about"] = {"id": taker, "name": found["about"]["name"]}
    return fresh

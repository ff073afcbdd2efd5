"""Facts of notices, and the sentences that are made of them for each reader.

A message's `facts` say what happened; its `body` has the sentence in the site's language, as it was
when the notice was written. The body is read where there are no facts, or none that are understood
here; docs/decisions/notices-are-facts.md has the reasons.

A person is looked for in the facts, by id. A name or a reason can be any text, also one that reads
like a notice, so nothing is to be found out from a sentence.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from history.person import Person


class Named(TypedDict):
    """A person by public id, under the name they had then."""

    id: str
    name: str


class Facts(TypedDict):
    """The facts of a notice. Facts that it does not have are missing."""

    verb: str
    # Missing: the site.
    by: NotRequired[Named]
    about: NotRequired[Named]
    # The name before, of somebody who has another one now.
    was: NotRequired[str]
    # What goes into the sentence: plain values, which the verb puts into words. A string is in words
    # already.
    what: NotRequired[Any]
    reason: NotRequired[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The sentence of a verb's notices, with {by}, {about} and {what}, and without the full stop.

    `in_words` returns what stands for {what}, in the language that is active.
    """

    text: str | Promise
    in_words: Callable[[Any], str] = str


# By verb. Those who have the verbs hand them in (rooms/apps.py): the log does not know what can be done
# in a room. "rename" and "close room" are not among them.
SENTENCES: dict[str, Sentence] = {}


def facts(
    verb: str,
    *,
    by: Person | None = None,
    about: Person | None = None,
    was: str = "",
    what: Any = None,
    reason: str = "",
) -> Facts:
    """Return the facts of a notice. `verb` is one of SENTENCES, "rename" or "close room".

    Of "succeed away", `by` is the owner before.
    """
    found: Facts = {"verb": verb}
    if by is not None:
        found["by"] = {"id": by.public_id, "name": str(by)}
    if about is not None:
        found["about"] = {"id": about.public_id, "name": str(about)}
    if was:
        found["was"] = was
    if what is not None:
        found["what"] = what
    if reason:
        found["reason"] = reason
    return found


def text(found: Facts | None, body: str) -> str:
    """Return what a notice says, in the language that is active.

    That is its `body` if it has no facts: it is of a release that kept only sentences, and the
    migration was not certain of them. Or if the verb is unknown here: it is of a later release.
    """
    if found is None:
        return body
    if found["verb"] not in SENTENCES:
        return _of_the_log(found) or body
    sentence = SENTENCES[found["verb"]]
    what = found.get("what", "")
    told = str(sentence.text).format(
        by=found["by"]["name"] if "by" in found else _("The site"),
        about=found["about"]["name"] if "about" in found else "",
        what=what if isinstance(what, str) else sentence.in_words(what),
    )
    reason = found.get("reason")
    # Translators: the end of a notice, such as "Ada muted Bob for 10 minutes".
    return (_("{told}: {reason}") if reason else _("{told}.")).format(told=told, reason=reason)


def site_text(found: Facts | None, body: str = "") -> str:
    """Return what a notice says in the site's language: for all readers of a frame or a file."""
    if found is None:
        return body
    with translation.override(settings.LANGUAGE_CODE):
        return text(found, body)


def _of_the_log(found: Facts) -> str:
    """Return what is not said by a verb of the table; "" if the verb is unknown."""
    about = found["about"]["name"] if "about" in found else ""
    match found:
        case {"verb": "rename", "was": was}:
            return _("{was} is now called {about}").format(was=was, about=about)
        case {"verb": "rename"}:  # the name before is erased
            return _("{about} had another name.").format(about=about)
        case {"verb": "close room"}:
            closed = _("This room was closed by a moderator.")
            return f"{closed} {found.get('reason', '')}".rstrip()
    return ""


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

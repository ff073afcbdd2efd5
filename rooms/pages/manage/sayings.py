"""Sentences for the owner or moderator after a verb was carried out, with its consequences."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rooms.actions.verbs import Verb
from rooms.models import Deed, User
from rooms.spans import span

_NETWORK_TOO = _(
    "%(name)s is banned. New guests from the same browser or network cannot join for a day."
)


def said(verb: Verb, user: User, deed: Deed | None) -> str:
    """Return a sentence; `deed` is None if it was so already."""
    if deed is None:
        return gettext("Nothing to change: it was like that already.")
    text = _NETWORK_TOO if deed.details.get("network") else verb.said
    return str(text) % {"name": user, "span": span(60 * deed.details.get("minutes", 0))}

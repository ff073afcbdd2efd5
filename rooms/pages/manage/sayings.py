"""What somebody in charge is told when an order was carried out, and what follows from it."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rooms.models import Deed, User
from rooms.spans import span

_SAID = {
    "mute": _("%(name)s is muted for %(span)s."),
    "unmute": _("%(name)s can write again."),
    "clear": _("The messages of %(name)s are removed."),
    "remove": _("%(name)s is removed, and can come back with the code as somebody new."),
    "ban": _("%(name)s is banned. The same browser stays out too; others on the network do not."),
    "unban": _("%(name)s can come in again, as somebody new."),
    "moderator": _("%(name)s is a moderator now."),
    "member": _("%(name)s is no longer a moderator."),
    "owner": _("%(name)s owns this room now. You are a moderator."),
    "admit": _("%(name)s is let in."),
    "refuse": _("%(name)s was turned away."),
}
_NETWORK_TOO = _(
    "%(name)s is banned. New guests from the same browser or network are kept out for a day too."
)


def said(verb: str, user: User, deed: Deed | None) -> str:
    """A sentence; `deed` is None if it was so already."""
    if deed is None:
        return gettext("That was so already.")
    text = _NETWORK_TOO if deed.details.get("network") else _SAID[verb]
    return str(text) % {"name": user, "span": span(60 * deed.details.get("minutes", 0))}

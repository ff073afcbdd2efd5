"""The codes of refusals (docs/PROTOCOL.md) in a word or two, for the figures: their sentences speak to whoever is refused."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from history.errors import Text

_LABELS: Mapping[str, Text] = {
    "bad_file": _("File not accepted"),
    "bad_frame": _("Not understood"),
    "bad_name": _("Name not allowed"),
    "bad_title": _("Topic not allowed"),
    "conflict": _("Changed meanwhile"),
    "empty": _("Empty message"),
    "ended": _("Room has ended"),
    "factor_needed": _("Second factor missing"),
    "forbidden": _("Not allowed"),
    "full": _("Room full"),
    "identity_taken": _("Sign-in of another account"),
    "locked": _("Room locked"),
    "must_ask": _("Has to ask to be let in"),
    "muted": _("Muted"),
    "name_taken": _("Name taken"),
    "no_file": _("File missing"),
    "no_role": _("No role in the staff"),
    "no_room": _("No space for files"),
    "not_found": _("Not found"),
    "passcode": _("Passcode missing or wrong"),
    "provider_away": _("Sign-in service away"),
    "rate_limited": _("Too fast"),
    "sign_in_expired": _("Sign-in too late"),
    "sign_in_refused": _("Sign-in refused"),
    "sign_in_unknown": _("Sign-in unknown"),
    "sign_in_untrusted": _("Sign-in not trusted"),
    "too_big": _("File too big"),
    "too_long": _("Too long"),
    "unavailable": _("Site busy"),
    "wrong_factor": _("Second factor wrong"),
}


def label(code: str) -> str:
    """Return what a code means; the code itself, if it is one of a release that had others."""
    return str(_LABELS.get(code, code))

"""The menu of the staff's pages: the lists in groups, and how many reports are open."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rooms.models import Report

# Headings, and the models below them, by the names of their classes.
GROUPS = (
    (_("Moderation"), ("Report", "JoinRequest", "Shunned", "Deed")),
    (_("Talk"), ("Room", "Message")),
    (_("Accounts"), ("User", "Membership", "SignIn", "Group")),
    (_("Programs"), ("HookIn", "HookOut")),
)
# Lists with a name of their own. The others are called by the plural of their model.
_NAMES = {"Deed": _("Audit log")}
# Open reports are counted up to here: the badge of a site with more says "99+".
COUNTED = 99


def name_of(options: Any) -> str:
    """Return what the list of a model is called: in the menu, above it, and on the way back to it."""
    return str(_NAMES.get(options.object_name) or capfirst(str(options.verbose_name_plural)))


def groups(models: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries of Django's list of apps in groups. A group without entries is missing."""
    entries = {
        model["object_name"]: {**model, "name": name_of(model["model"]._meta)}
        for model in models
        if model["admin_url"]
    }
    found = (
        {"name": heading, "models": [entries[name] for name in names if name in entries]}
        for heading, names in GROUPS
    )
    return [group for group in found if group["models"]]


def open_reports(request: HttpRequest) -> Callable[[], str]:
    """Return the function that counts the open reports: "3", "99+", or "" for none."""

    @cache
    def count() -> str:
        if not request.user.has_perm("rooms.view_report"):
            return ""
        found = Report.objects.filter(state=Report.State.OPEN)[: COUNTED + 1].count()
        return f"{COUNTED}+" if found > COUNTED else str(found or "")

    return count

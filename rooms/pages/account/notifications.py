"""What the visitor's notifications show, and which browsers get them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rooms import agents
from rooms.actions import people, subscriptions
from rooms.models import PushSubscription, User
from rooms.pages.account.visitor import for_somebody, sent_key, session_key, signed_in


@require_POST
@for_somebody
def change(request: HttpRequest) -> HttpResponse:
    """Show what was said in notifications, `text=yes`, or no longer; or end those of a `device`."""
    me = signed_in(request)
    if "text" in request.POST:
        shown = request.POST["text"] == "yes"
        people.notify_with_text(user=me, shown=shown)
        if shown:
            messages.success(request, _("Your notifications show message text again."))
        else:
            messages.success(
                request, _("From now on your notifications say only who wrote, and where.")
            )
    elif subscriptions.end(user=me, key=sent_key(request, "device")):
        messages.success(request, _("That browser is no longer notified."))
    return redirect("account")


def shown(request: HttpRequest, me: User) -> dict[str, Any]:
    """Return what the account's page shows of notifications."""
    mine = PushSubscription.objects.filter(user=me).select_related("sign_in").order_by("-seen_at")
    devices = [
        {
            "row": row,
            "browser": agents.plain(row.agent),
            "mine": row.sign_in.session_key == session_key(request),
        }
        for row in mine
    ]
    return {"devices": devices, "push": settings.CHAT_PUSH}

"""The old device's side of a handoff: show a code, and say whether the device that opened it may go on.

The token is in the answer to the form that made it and nowhere else: in the link it stands behind the `#`,
which browsers send to nobody.
"""

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rooms import access, agents, answers, limits, publish
from rooms.actions import handoffs
from rooms.errors import ChatError
from rooms.models import Handoff, Membership, Room
from rooms.pages.account.visitor import for_somebody, sent_id, sent_key, session_key, signed_in

State = Handoff.State
_EXPIRED = "expired"


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
def show(request: HttpRequest) -> HttpResponse:
    """Show how far the handoff is; a POST makes a new code, and shows it this once."""
    if request.method != "POST":
        return _page(request, room=request.GET.get("room", ""))
    me, room = signed_in(request), sent_id(request, "room")
    try:
        limits.hand_off(person=me.public_id)
        made, token = handoffs.begin(user=me, session_key=session_key(request), room_id=room)
    except ChatError as refusal:
        return _refused(request, refusal, room=room)
    link = f"{request.build_absolute_uri(reverse('continue'))}#{token}"
    if answers.wants_json(request):
        return JsonResponse({"link": link, **_told(made)})
    return _page(request, room=room, found=made, link=link)


@require_safe
@for_somebody
def state(request: HttpRequest) -> HttpResponse:
    """Return JSON about the code that this session shows: whether a device has opened it, and which."""
    found = handoffs.shown(user=signed_in(request), session_key=session_key(request))
    return JsonResponse(_told(found))


@require_POST
@for_somebody
def answer(request: HttpRequest) -> HttpResponse:
    """Say yes or no to the device that was shown, `handoff`."""
    allowed = request.POST.get("answer") == "yes"
    try:
        found = handoffs.answer(
            user=signed_in(request),
            session_key=session_key(request),
            number=sent_key(request, "handoff"),
            allowed=allowed,
        )
    except ChatError as refusal:
        return _refused(request, refusal)
    ring(found)
    if allowed:
        said = _("%(browser)s goes on as you. It is in the list of where you are signed in.")
    else:
        said = _("%(browser)s was turned away.")
    said %= {"browser": agents.plain(found.agent)}
    if answers.wants_json(request):
        return JsonResponse({"message": said, **_told(found)})
    messages.success(request, said)
    return redirect("account" if allowed else "handoff")


def room_of(found: Handoff) -> Room | None:
    """Return the room to continue in, if it is open and the person is in it."""
    if not found.room_id:
        return None
    mine = Membership.objects.filter(user=found.user, room__public_id=found.room_id)
    try:
        return access.check(mine.select_related("room", "user").first()).room
    except ChatError:
        return None


def ring(found: Handoff) -> None:
    """Have the person's pages in the room look; other pages ask now and then."""
    if there := room_of(found):
        publish.handoff(code=there.code, stream_id=there.stream_id, user_id=found.user_id)


def _told(found: Handoff | None) -> dict[str, Any]:
    """Return a handoff as the page's script is told of it: nothing of its token."""
    if found is None:
        return {"state": "none"}
    told = {"state": _state(found), "left": _left(found)}
    if found.state == State.ASKED and not found.is_over:
        told |= {"handoff": found.pk, "number": found.number, **_device(found)}
    return told


def _device(found: Handoff) -> dict[str, str]:
    return {"browser": agents.plain(found.agent), "address": found.address}


def _state(found: Handoff) -> str:
    ended = {State.REFUSED, State.DONE, State.REPLACED}
    return _EXPIRED if found.is_over and found.state not in ended else found.state


def _left(found: Handoff) -> int:
    """Return for how many seconds more a code is good."""
    return max(math.ceil(found.left.total_seconds()), 0)


def _page(
    request: HttpRequest,
    *,
    room: str = "",
    found: Handoff | None = None,
    link: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    if found is None:
        found = handoffs.shown(user=signed_in(request), session_key=session_key(request))
    context = {
        "room": room,
        "found": found,
        "state": _state(found) if found else "",
        "minutes": math.ceil(_left(found) / 60) if found else 0,
        "device": _device(found) if found else {},
        "link": link,
        "problems": [problem] if problem else [],
    }
    return render(request, "account/handoff.html", context, status=status)


def _refused(request: HttpRequest, refusal: ChatError, *, room: str = "") -> HttpResponse:
    def page() -> HttpResponse:
        return _page(request, room=room, problem=refusal.message, status=refusal.status)

    return answers.refused(request, refusal, page=page)

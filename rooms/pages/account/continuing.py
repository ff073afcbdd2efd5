"""The new device's side of a handoff: open the link, wait for the old device's answer, come in.

The device is known by a cookie of its own until then. Whoever was somebody else there is asked first.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rooms import addresses, answers, limits
from rooms.actions import handoffs
from rooms.errors import ChatError, NoHandoff
from rooms.models import Handoff, Membership, Room, User
from rooms.pages.account.forms import ContinueForm
from rooms.pages.account.handoff import ring, room_of
from rooms.pages.account.visitor import person
from rooms.pages.sessions import sign_in
from rooms.refusals.handoffs import HandoffToAnother, HandoffUnsure

COOKIE = "handoff"
_PATH = "/account/continue/"
_SALT = "rooms.handoff"
# Seconds: as long as a link is good, and as its answer is.
_AGE = int((handoffs.GOOD_FOR + handoffs.COME_IN_WITHIN).total_seconds())


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the old device to be let in, with the `token` of its link. A GET shows how far that is."""
    if request.method != "POST":
        # `new`: another link was opened while the last one waits.
        claim = "" if "new" in request.GET else _claim(request)[0]
        return _page(request, handoffs.of_claim(claim))
    me, form = person(request), ContinueForm(request.POST)
    try:
        if not form.is_valid():
            raise NoHandoff
        if me is not None and me.is_guest and not form.cleaned_data["sure"]:
            raise HandoffUnsure(name=me)
        with limits.continue_here(address=addresses.of_request(request)):
            found, claim = handoffs.ask(
                token=form.cleaned_data["token"],
                visitor=me,
                agent=request.headers.get("User-Agent", ""),
                address=request.META.get("REMOTE_ADDR") or "",
            )
    except ChatError as refusal:
        return _refused(request, refusal, typed=form.data.get("token", ""))
    ring(found)
    wants_json = answers.wants_json(request)
    response: HttpResponse = JsonResponse(_told(found)) if wants_json else redirect("continue")
    _keep(response, signing.dumps([claim, me.pk if me else 0], salt=_SALT))
    return response


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Return JSON that says whether the old device has answered, and what."""
    found = handoffs.of_claim(_claim(request)[0])
    return JsonResponse(_told(found) if found else {"state": "none"})


@never_cache
@require_POST
def come_in(request: HttpRequest) -> HttpResponse:
    """Go on here as the person of the old device, who has said yes."""
    claim, was = _claim(request)
    me = person(request)
    try:
        if me is not None and me.pk != was:
            raise HandoffToAnother
        with transaction.atomic():
            found = handoffs.take(claim=claim)
            sign_in(request, found.user)
    except ChatError as refusal:
        return _refused(request, refusal)
    ring(found)
    there = room_of(found)
    where = f"/rooms/{there.code}/" if there else "/"
    response: HttpResponse = redirect(where)
    if answers.wants_json(request):
        response = JsonResponse({"state": Handoff.State.DONE, "next": where})
    response.delete_cookie(COOKIE, path=_PATH)
    return response


def _told(found: Handoff) -> dict[str, Any]:
    if refusal := handoffs.problem(found):
        return {"state": "over", "error": answers.describe(refusal)}
    return {"state": found.state, "number": found.number}


def _claim(request: HttpRequest) -> tuple[str, int]:
    """Return the secret of the device's turn, and the person it was when it asked; 0 for nobody."""
    try:
        claim, was = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_AGE)
    except (signing.BadSignature, ValueError):
        return "", 0
    return str(claim), int(was)


def _keep(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=_AGE,
        path=_PATH,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Strict",
    )


def _page(
    request: HttpRequest,
    found: Handoff | None = None,
    *,
    problem: str = "",
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    over = handoffs.problem(found) if found else None
    me = person(request)
    context = {
        "me": me,
        "lost": _lost(me) if me and me.is_guest else [],
        "found": None if over else found,
        "allowed": found is not None and found.state == Handoff.State.ALLOWED,
        "problems": [text] if (text := problem or (over.message if over else "")) else [],
        "typed": typed,
    }
    return render(request, "account/continue.html", context, status=status)


def _lost(me: User) -> list[Room]:
    """Return the open rooms that a guest is in, and would not find again."""
    mine = Membership.objects.filter(Membership.INSIDE, user=me, room__closed_at__isnull=True)
    return [member.room for member in mine.select_related("room").order_by("-pk")]


def _refused(request: HttpRequest, refusal: ChatError, *, typed: str = "") -> HttpResponse:
    def page() -> HttpResponse:
        found = None if isinstance(refusal, NoHandoff) else handoffs.of_claim(_claim(request)[0])
        return _page(request, found, problem=refusal.message, typed=typed, status=refusal.status)

    return answers.refused(request, refusal, page=page)

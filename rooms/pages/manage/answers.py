"""Shared by the pages that run a room: their permissions, and their answers to people and programs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from rooms import access, answers, codes, limits
from rooms.errors import ChatError, Forbidden, NotMember
from rooms.models import Membership


def in_charge(request: HttpRequest, code: str) -> Membership:
    """Return the membership of an owner or moderator.

    Raises the same to everybody else, whether there is such a room or not; RateLimited after many
    orders.
    """
    user, normal = request.user, codes.normalize(code)
    if not user.is_authenticated or not normal:
        raise NotMember
    member = access.membership(user=user, code=normal)
    if not access.is_in_charge(member):
        raise Forbidden
    if request.method == "POST":
        limits.order(person=user.public_id)
    return member


def done(request: HttpRequest, code: str, said: str, **more: Any) -> HttpResponse:
    """Answer an order that was carried out; `more` is for programs."""
    if answers.wants_json(request):
        return JsonResponse({"code": codes.normalize(code), **more})
    messages.success(request, said)
    return redirect("manage", code=codes.normalize(code))


def refused(
    request: HttpRequest, code: str, refusal: ChatError, *, back_to: str = "manage"
) -> HttpResponse:
    """Answer an order that was refused: people go back to a page of this room, which says why."""

    def page() -> HttpResponse:
        messages.error(request, refusal.message)
        return redirect(back_to, code=code)

    return answers.refused(request, refusal, page=page)


def turned_back(request: HttpRequest, code: str, refusal: ChatError) -> HttpResponse:
    """Answer somebody who does not run the room: people are led to the room."""
    return answers.refused(request, refusal, page=lambda: redirect("room", code=code))

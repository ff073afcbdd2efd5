"""What the pages of a running room share: who may use them, and how they answer people and programs."""

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from rooms import access, codes, limits
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


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def done(request: HttpRequest, code: str, said: str, **more: Any) -> HttpResponse:
    """Answer an order that was carried out; `more` is for programs."""
    if wants_json(request):
        return JsonResponse({"code": codes.normalize(code), **more})
    messages.success(request, said)
    return redirect("manage", code=codes.normalize(code))


def refused(request: HttpRequest, code: str, refusal: ChatError) -> HttpResponse:
    headers = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(refusal.retry_after))
    if wants_json(request):
        error = {"code": refusal.code, "message": refusal.message}
        return JsonResponse({"error": error}, status=refusal.status, headers=headers)
    messages.error(request, refusal.message)
    return redirect("manage", code=code)

"""The call of a room: its members say that they begin one."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rooms import access, answers, codes, limits
from rooms.actions import calling
from rooms.errors import ChatError, NotMember


@never_cache
@require_POST
def call(request: HttpRequest, code: str) -> HttpResponse:
    """Tell the room of the call. The page's link leads there whatever is answered."""
    normal = codes.normalize(code)
    try:
        if not request.user.is_authenticated or not normal:
            raise NotMember
        limits.order(person=request.user.public_id)
        member = access.membership(user=request.user, code=normal)
        is_told = calling.call(room=member.room, by=request.user)
    except ChatError as refusal:
        return answers.refused(request, refusal, page=lambda: redirect("room", code=code))
    if answers.wants_json(request):
        return JsonResponse({"told": is_told})
    return redirect("room", code=normal)

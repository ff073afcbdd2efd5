"""A member's bell in a room, for the room's page."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from rooms import access, bell, codes, limits
from rooms.actions import bell as actions
from rooms.errors import NotMember, Removed, RoomClosed, RoomNotFound
from rooms.models import Membership


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> JsonResponse:
    """Return what the visitor is notified of in a room. A POST turns the bell to `bell`."""
    try:
        member = _turned(request, codes.normalize(code))
    except (NotMember, Removed, RoomClosed):
        raise RoomNotFound from None
    return JsonResponse(
        {
            "bell": bell.position(member),
            "read": member.read_through,
            "chosen": bool(member.bell),
            "shows_text": member.user.notifies_with_text and settings.CHAT_PUSH != "names",
        }
    )


def _turned(request: HttpRequest, code: str) -> Membership:
    """Return the visitor's membership, with the bell as it is now."""
    if not request.user.is_authenticated or not code:
        raise NotMember
    if request.method != "POST":
        return access.membership(user=request.user, code=code)
    limits.order(person=request.user.public_id)
    return actions.turn(user=request.user, code=code, to=request.POST.get("bell", ""))

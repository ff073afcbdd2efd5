"""Web push, for the pages' scripts: subscribing a browser, and forgetting it."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rooms import limits, vapid
from rooms.actions import subscriptions
from rooms.errors import SignedOut
from rooms.models import User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: HttpRequest) -> JsonResponse:
    """What a browser subscribes with. A POST keeps its subscription."""
    me = _signed_in(request)
    if request.method == "POST":
        limits.subscribe(person=me.public_id)
        subscriptions.subscribe(
            user=me,
            session_key=request.session.session_key or "",
            origin=request.build_absolute_uri("/")[:-1],
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            agent=request.headers.get("User-Agent", ""),
        )
    return JsonResponse(
        {
            "key": _key(),
            "shows_text": settings.CHAT_PUSH == "text",
            # For the service worker, which has no page to read it from.
            "token": get_token(request),
        }
    )


@never_cache
@require_POST
def seen(request: HttpRequest) -> JsonResponse:
    """Note that a browser still has a subscription, unless it was ended here meanwhile."""
    me = _signed_in(request)
    limits.subscribe(person=me.public_id)
    known = subscriptions.note_seen(user=me, endpoint=request.POST.get("endpoint", ""))
    return JsonResponse({"known": known})


@never_cache
@require_POST
def forget(request: HttpRequest) -> JsonResponse:
    """Forget the subscription with an `endpoint`, or without one all of the visitor's."""
    me = _signed_in(request)
    limits.subscribe(person=me.public_id)
    count = subscriptions.forget(user=me, endpoint=request.POST.get("endpoint", ""))
    return JsonResponse({"forgotten": count})


def _key() -> str | None:
    """Return the site's public key; None where it sends no notifications."""
    if settings.CHAT_PUSH == "off" or not settings.CHAT_OUTBOUND:
        return None
    try:
        return vapid.public_key()
    except vapid.NoKey:  # `manage.py check` says what to do
        return None


def _signed_in(request: HttpRequest) -> User:
    if not request.user.is_authenticated:
        raise SignedOut
    return request.user

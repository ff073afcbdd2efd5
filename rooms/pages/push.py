"""Web push, for the pages' scripts: subscribing a browser, trying it, and forgetting it."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rooms import limits, vapid
from rooms.actions import subscriptions
from rooms.pages.sessions import signed_in
from rooms.refusals.forms import NoPushSubscription, PushIsOff


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: HttpRequest) -> JsonResponse:
    """Return what a browser needs to subscribe. A POST keeps its subscription."""
    me = signed_in(request)
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
    me = signed_in(request)
    limits.subscribe(person=me.public_id)
    known = subscriptions.note_seen(user=me, endpoint=request.POST.get("endpoint", ""))
    return JsonResponse({"known": known})


@never_cache
@require_POST
def forget(request: HttpRequest) -> JsonResponse:
    """Forget the subscription with an `endpoint`, or without one all of the visitor's."""
    me = signed_in(request)
    limits.subscribe(person=me.public_id)
    count = subscriptions.forget(user=me, endpoint=request.POST.get("endpoint", ""))
    return JsonResponse({"forgotten": count})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest) -> JsonResponse:
    """Return what became of a notification that visitors send to themselves. A POST sends one.

    It goes the way of all others, through the queue: that is what it tests.
    """
    me = signed_in(request)
    fields = request.POST if request.method == "POST" else request.GET
    found = subscriptions.find(
        user=me,
        session_key=request.session.session_key or "",
        endpoint=fields.get("endpoint", ""),
    )
    if request.method == "POST":
        limits.test_push(person=me.public_id)
        if found is None:
            raise NoPushSubscription
        if _key() is None:
            raise PushIsOff
        subscriptions.ask_for_test(found)
        return JsonResponse({"state": "sending"})
    if found is None:
        return _tested("gone")
    return JsonResponse({"state": "sending"}) if found.test_due_at else _tested(found.test_result)


def _tested(result: str) -> JsonResponse:
    """Answer what became of a test: of none, with ""."""
    if result in {"", "sent"}:
        return JsonResponse({"state": result or "none"})
    return JsonResponse({"state": "failed", "why": result, "message": str(_WHY[result])})


# What people are told of a test that failed, by the result of the request.
_WHY = {
    "gone": _("This browser’s subscription has ended. Switch notifications off and on again."),
    "rejected": _("The push service refused it. Switch notifications off and on again; if that does "
                  "not help, tell whoever runs this site."),
    "busy": _("The push service has no time at the moment. Try again later."),
    "resting": _("The push service has not answered lately. Try again later."),
    "off": _("This site sends no notifications."),
    "refused": _("That is not the address of a push service."),
    "unreachable": _("The push service cannot be reached from here."),
    "untrusted": _("The push service has a certificate that is not trusted."),
    "slow": _("The push service took too long to answer."),
    "broken": _("The push service gave an answer that makes no sense."),
    "too_big": _("The push service gave an answer that makes no sense."),
}  # fmt: skip


def _key() -> str | None:
    """Return the site's public key; None where it sends no notifications."""
    if settings.CHAT_PUSH == "off" or not settings.CHAT_OUTBOUND:
        return None
    try:
        return vapid.public_key()
    except vapid.NoKey:  # `manage.py check` says what to do
        return None

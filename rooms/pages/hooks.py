"""Where programs post into a room: answered in plain text, which is what they show or log.

The address is the secret. So this page has no links, is kept nowhere, and no log names its path
(chatsite/logs.py, chatsite/server/access_log.py, deploy/nginx).
"""

import math
import secrets
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from rooms import addresses, limits, refusal_counts
from rooms.actions import hooks
from rooms.errors import ChatError, NotMember, RateLimited, Removed, RoomClosed
from rooms.hooks import incoming, keys
from rooms.live import metrics, posting, standing
from rooms.models import Membership
from rooms.refusals.hooks import HookBodyTooBig, NoSuchHook

# By which a sender names a post that it may send again.
_NAMED_BY = ("Idempotency-Key", "webhook-id")


@csrf_exempt  # whoever has the address may post, and no session counts here
@never_cache
def post(request: HttpRequest, token: str) -> HttpResponse:
    """Say in the room of a hook what a program posts there: `ok`."""
    if request.method != "POST":
        response = _answer("Post here: JSON, a form or text.", 405)
        response.headers["Allow"] = "POST"
        return response
    try:
        _post(request, token)
    except ChatError as refusal:
        refusal_counts.note(refusal)
        metrics.hook_posts.labels(_result(refusal)).inc()
        response = _answer(refusal.message, refusal.status)
        if refusal.retry_after is not None:
            response.headers["Retry-After"] = str(math.ceil(refusal.retry_after))
        return response
    metrics.hook_posts.labels("posted").inc()
    return HttpResponse("ok", content_type=_TEXT)


def _post(request: HttpRequest, token: str) -> None:
    limits.hook(token=keys.digest(token), address=addresses.of_request(request))
    hook = hooks.find_by_token(token)
    limits.hook_into(room=hook.room.code)
    data = request.read(incoming.BODY_MAX + 1)
    if len(data) > incoming.BODY_MAX:
        raise HookBodyTooBig(limit=incoming.BODY_MAX)
    body = hooks.read(request.headers.get("Content-Type", ""), data)
    try:
        bot = standing.of(Membership.objects.filter(room=hook.room, user=hook.bot.user))
        posting.post(bot, body=body, client_id=_client_id(request))
    except (NotMember, Removed, RoomClosed):
        # Its bot may not be in the room: it reads like one that is not there.
        raise NoSuchHook from None
    hooks.note_use(hook)


def _client_id(request: HttpRequest) -> str:
    """Return what makes a post one message, however often it is sent."""
    named = next((name for by in _NAMED_BY if (name := request.headers.get(by))), "")
    return sha256(named.encode()).hexdigest()[:32] if named else secrets.token_hex(16)


def _result(refusal: ChatError) -> str:
    if isinstance(refusal, RateLimited):
        return "limited"
    return "unknown" if isinstance(refusal, NoSuchHook) else "refused"


_TEXT = "text/plain; charset=utf-8"


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type=_TEXT)

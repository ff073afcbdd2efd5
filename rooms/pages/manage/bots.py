"""The page of a room's bots: made, with a key that is shown once, given another key, removed."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rooms import codes
from rooms.actions import bots, sanctions
from rooms.actions.bots import Made
from rooms.answers import refused, wants_json
from rooms.errors import ChatError
from rooms.models import Bot, Membership, User
from rooms.pages.manage import answers
from rooms.pages.manage.answers import in_charge, turned_back
from rooms.refusals.orders import NotInThisRoom


@dataclass(frozen=True, slots=True)
class Row:
    """A bot on the page. One that is not here was removed, and only its owner sees it."""

    bot: Bot
    is_mine: bool
    is_here: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show the bots. A POST makes one, or another key for `bot`, and shows the key this once.

    The key is in the answer to the form itself: a redirect would need a place to keep it.
    """
    try:
        me = in_charge(request, code)
    except ChatError as refusal:
        return turned_back(request, code, refusal)
    if request.method != "POST":
        return _shown(request, me)
    try:
        made = _made(request, me)
    except ChatError as refusal:
        again = partial(
            _shown, request, me, status=refusal.status, problem=refusal, typed=request.POST
        )
        return refused(request, refusal, page=again)
    if wants_json(request):
        return JsonResponse({"bot": made.bot.user.public_id, "key": made.key})
    return _shown(request, me, made={"name": made.bot.user.display_name, "key": made.key})


@never_cache
@require_safe
def ask_key(request: HttpRequest, code: str, who: str) -> HttpResponse:
    """Say what a new key does to what runs with the present one. The form goes to the page of bots."""
    try:
        me = in_charge(request, code)
    except ChatError as refusal:
        return turned_back(request, code, refusal)
    try:
        bot = bots.find(owner=me.user, public_id=who)
    except ChatError as refusal:
        return answers.refused(request, code, refusal, back_to="manage_bots")
    return _asked(request, me, bot, "key")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, code: str, who: str) -> HttpResponse:
    """End a bot of one's own; remove another's from this room. A GET asks first."""
    try:
        me = in_charge(request, code)
    except ChatError as refusal:
        return turned_back(request, code, refusal)
    try:
        bot = _listed(me, who)
        if request.method != "POST":
            return _asked(request, me, bot, "remove")
        if bot.owner_id == me.user_id:
            bots.retire(bot=bot, by=me.user)
        else:
            sanctions.remove(room=me.room, by=me.user, user=bot.user)
    except ChatError as refusal:
        return answers.refused(request, code, refusal, back_to="manage_bots")
    said = gettext("%(name)s is removed.") % {"name": bot.user.display_name}
    if wants_json(request):
        return JsonResponse({"message": said})
    messages.success(request, said)
    return redirect("manage_bots", code=codes.normalize(code))


def _listed(me: Membership, public_id: str) -> Bot:
    listed = bots.listed(me.room, to=me.user)
    bot = listed.filter(user__public_id=public_id).first() if User.is_public_id(public_id) else None
    if bot is None:
        raise NotInThisRoom
    return bot


def _made(request: HttpRequest, me: Membership) -> Made:
    if public_id := request.POST.get("bot", ""):
        bot = bots.find(owner=me.user, public_id=public_id)
        return Made(bot, bots.renew_key(bot=bot, by=me.user))
    return bots.make(room=me.room, by=me.user, name=request.POST.get("name", ""))


def _asked(request: HttpRequest, me: Membership, bot: Bot, ask: str) -> HttpResponse:
    context = {"room": me.room, "bot": bot, "ask": ask, "is_mine": bot.owner_id == me.user_id}
    return render(request, "rooms/manage_bot_ask.html", context)


def _shown(
    request: HttpRequest,
    me: Membership,
    *,
    status: int = 200,
    problem: ChatError | None = None,
    **more: Any,
) -> HttpResponse:
    here = set(bots.inside(me.room).values_list("pk", flat=True))
    context = {
        "room": me.room,
        "me": me,
        "rows": [
            Row(bot, is_mine=bot.owner_id == me.user_id, is_here=bot.pk in here)
            for bot in bots.listed(me.room, to=me.user)
        ],
        "is_full": len(here) >= bots.BOTS_MAX,
        "bots_max": bots.BOTS_MAX,
        "problems": [problem.message] if problem else [],
        "typed": {},
    } | more
    return render(request, "rooms/manage_bots.html", context, status=status)

"""The bots and webhooks of a person, in all rooms: also where the person no longer runs the room."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from yarl import URL

from rooms import answers, limits
from rooms.actions import bots, hooks
from rooms.errors import ChatError
from rooms.models import Bot, HookIn, HookOut, Membership, User
from rooms.pages.account.visitor import for_somebody, sent_id, signed_in


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as its bot's owner sees it. `host` is "" for an incoming one.

    `place` is its room; "" if its bot's row says that already, or if the owner is not told.
    """

    row: HookIn | HookOut
    place: str
    host: str
    used_at: Any


@dataclass(frozen=True, slots=True)
class Machine:
    """A bot, the rooms that it is in, as its owner knows them, and its webhooks."""

    bot: Bot
    places: list[str]
    hooks: list[Hook]


def shown(me: User) -> list[Machine]:
    """Return the bots of a person, with their webhooks, the oldest first."""
    mine = list(bots.of(me))
    if not mine:
        return []
    known = _places(me)
    inside = defaultdict(list)
    here = Membership.objects.filter(
        Membership.INSIDE, user__in=[bot.pk for bot in mine], room__closed_at__isnull=True
    )
    for user, room in here.order_by("pk").values_list("user", "room"):
        inside[user].append(known.get(room, ""))
    ins, outs = hooks.of_owner(me)

    def place_of(row: HookIn | HookOut) -> str:
        place = known.get(row.room_id, "")
        return "" if inside[row.bot_id] == [place] else place

    found = defaultdict(list)
    for one in ins:
        found[one.bot_id].append(Hook(one, place_of(one), "", one.used_at))
    for out in outs:
        found[out.bot_id].append(Hook(out, place_of(out), URL(out.url).host or "", out.sent_at))
    return [
        Machine(bot, [place for place in inside[bot.pk] if place], found[bot.pk]) for bot in mine
    ]


def _places(me: User) -> dict[int, str]:
    """Return what a person's rooms are called, as far as the person is told, by room."""
    rows = Membership.objects.filter(user=me).annotate(
        code=Membership.SEEN_CODE, title=Membership.SEEN_TITLE
    )
    found = rows.values_list("room", "code", "title")
    return {room: f"{title} · {code}" if title else code for room, code, title in found}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
def revoke(request: HttpRequest) -> HttpResponse:
    """End the visitor's bot `bot`, or the webhook `hook` of one, by its id. A GET asks first."""
    me = signed_in(request)
    try:
        if request.method != "POST":
            return render(request, "account/machine.html", _asked(me, request.GET))
        limits.order(person=me.public_id)
        if hook_id := request.POST.get("hook", ""):
            hooks.revoke(hook=hooks.find_own(owner=me, public_id=hook_id), by=me)
            said = _("The webhook is removed.")
        else:
            bot = bots.find(owner=me, public_id=sent_id(request, "bot"))
            bots.retire(bot=bot, by=me)
            said = _("%(name)s is removed.") % {"name": bot.user}
    except ChatError as refusal:
        return _refused(request, refusal)
    if answers.wants_json(request):
        return JsonResponse({"message": said})
    messages.success(request, said)
    return redirect("account")


def _asked(me: User, named: QueryDict) -> dict[str, Any]:
    """Return what the question names: a webhook, with the host it sends to, or a bot."""
    if hook_id := named.get("hook", ""):
        hook = hooks.find_own(owner=me, public_id=hook_id)
        host = URL(hook.url).host if isinstance(hook, HookOut) else ""
        return {"hook": hook, "host": host, "bot": hook.bot}
    return {"bot": bots.find(owner=me, public_id=named.get("bot", ""))}


def _refused(request: HttpRequest, refusal: ChatError) -> HttpResponse:
    def page() -> HttpResponse:
        messages.error(request, refusal.message)
        return redirect("account")

    return answers.refused(request, refusal, page=page)

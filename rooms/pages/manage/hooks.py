"""The page of a room's webhooks: created, shown with their state, paused and removed."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from yarl import URL

from rooms import codes
from rooms.actions import bots, hooks
from rooms.actions.hooks import Voice
from rooms.answers import refused, wants_json
from rooms.errors import ChatError
from rooms.hooks import cursors
from rooms.hooks.outgoing import Events
from rooms.models import HookIn, HookOut, Membership
from rooms.pages.manage import answers
from rooms.pages.manage.answers import in_charge, turned_back
from rooms.refusals.hooks import NoSuchHook, NotYourHook

# Changes that a hook is behind by are counted up to this number.
COUNTED = 1000
IN, OUT = "in", "out"
EVENTS = (
    (Events.POSTED, _("Messages")),
    (Events.CHANGED, _("Edits, deletions, reactions and pins")),
    (Events.PEOPLE, _("Joins and leaves")),
    (Events.NOTICES, _("Notices")),
)
# What cannot be undone.
_ASKED = {"remove", "secret", "address"}
_ORDERS = {
    "pause": (hooks.pause, _("Nothing is sent until you resume.")),
    "resume": (hooks.resume, _("Going on from where it stopped.")),
    "skip": (hooks.skip, _("Going on with what happens from now on.")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An outgoing hook on the page: where it sends to, how far it is behind, and since when."""

    hook: HookOut
    behind: int

    @property
    def host(self) -> str:
        return URL(self.hook.url).host or ""

    @property
    def events(self) -> list[str]:
        known = self.hook.events.split()
        return [str(label) for event, label in EVENTS if event in known]

    @property
    def is_many(self) -> bool:
        return self.behind >= COUNTED


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show the hooks. A POST makes one, `kind` in or out, or another address or secret for `hook` of that kind,
    and shows it this once.

    It is in the answer to the form itself: a redirect would need a place to keep it.
    """
    try:
        me = in_charge(request, code)
    except ChatError as refusal:
        return turned_back(request, code, refusal)
    if request.method != "POST":
        return _shown(request, me)
    kind = OUT if request.POST.get("kind") == OUT else IN
    if public_id := request.POST.get("hook", ""):
        return order(request, code, public_id, "secret" if kind == OUT else "address")
    try:
        made = (_make_out if kind == OUT else _make_in)(request, me)
    except ChatError as refusal:
        context = {"kind": kind, "problems": [refusal.message], "typed": request.POST}
        again = partial(_shown, request, me, status=refusal.status, **context)
        return refused(request, refusal, page=again)
    if wants_json(request):
        return JsonResponse(made)
    return _shown(request, me, kind=kind, made=made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, code: str, hook_id: str, what: str) -> HttpResponse:
    """Remove a hook; give one in another address; pause one out, resume it, skip what it is behind by, or give
    it another secret.

    What is new is in the answer to the form itself, this once. A GET asks, before what nobody can undo.
    """
    if what not in {*_ASKED, *_ORDERS}:
        raise Http404
    if request.method != "POST" and what not in _ASKED:
        return HttpResponseNotAllowed(["POST"])
    try:
        me = in_charge(request, code)
        hook = hooks.find(room=me.room, public_id=hook_id)
        if request.method != "POST":
            return _asked(request, me, hook, what)
        if what == "remove":
            hooks.remove(hook=hook, by=me.user)
            said = gettext("The webhook is removed.")
        elif isinstance(hook, HookIn):
            if what != "address":
                raise NoSuchHook
            return _moved(request, me, hook)
        elif what == "address":
            raise NoSuchHook
        elif what == "secret":
            return _renewed(request, me, hook)
        else:
            perform, text = _ORDERS[what]
            perform(hook=hook, by=me.user)
            said = str(text)
    except ChatError as refusal:
        return answers.refused(request, code, refusal, back_to="manage_hooks")
    if wants_json(request):
        return JsonResponse({"message": said})
    messages.success(request, said)
    return redirect("manage_hooks", code=codes.normalize(code))


def _asked(request: HttpRequest, me: Membership, hook: HookIn | HookOut, what: str) -> HttpResponse:
    if what != "remove":
        if what != ("address" if isinstance(hook, HookIn) else "secret"):
            raise NoSuchHook
        if hook.bot.owner_id != me.user_id:
            raise NotYourHook
    context = {"room": me.room, "hook": hook, "ask": what, "way": IN}
    if isinstance(hook, HookOut):
        context |= {"way": OUT, "host": URL(hook.url).host or ""}
    return render(request, "rooms/manage_hook_ask.html", context)


def _make_in(request: HttpRequest, me: Membership) -> dict[str, str]:
    hook, token = hooks.make_in(room=me.room, by=me.user, voice=_voice(request))
    return _told(request, hook, token)


def _told(request: HttpRequest, hook: HookIn, token: str) -> dict[str, str]:
    url = request.build_absolute_uri(reverse("hook", args=[token]))
    return {"hook": hook.public_id, "url": url}


def _make_out(request: HttpRequest, me: Membership) -> dict[str, str]:
    hook = hooks.make_out(
        room=me.room,
        by=me.user,
        voice=_voice(request),
        url=request.POST.get("url", "").strip(),
        events=request.POST.getlist("events"),
        replies="replies" in request.POST,
    )
    return {"hook": hook.public_id, "secret": hook.secret}


def _renewed(request: HttpRequest, me: Membership, hook: HookOut) -> HttpResponse:
    made = {"hook": hook.public_id, "secret": hooks.renew_secret(hook=hook, by=me.user)}
    if wants_json(request):
        return JsonResponse(made)
    return _shown(request, me, kind=OUT, made=made | {"renewed": True})


def _moved(request: HttpRequest, me: Membership, hook: HookIn) -> HttpResponse:
    made = _told(request, hook, hooks.renew_address(hook=hook, by=me.user))
    if wants_json(request):
        return JsonResponse(made)
    return _shown(request, me, kind=IN, made=made | {"renewed": True})


def _voice(request: HttpRequest) -> Voice:
    """Return the bot that is chosen, or the name of a new one."""
    return Voice(bot=request.POST.get("bot", ""), name=request.POST.get("name", ""))


def _shown(request: HttpRequest, me: Membership, *, status: int = 200, **more: Any) -> HttpResponse:
    ins, outs = hooks.of_room(me.room)
    own = [bot for bot in bots.inside(me.room) if bot.owner_id == me.user_id]
    context = {
        "room": me.room,
        "me": me,
        "ins": ins,
        "outs": [Row(hook, cursors.behind(hook, limit=COUNTED)) for hook in outs],
        "in_max": hooks.IN_MAX,
        "out_max": hooks.OUT_MAX,
        "bots": own,
        "may_make_bots": bots.inside(me.room).count() < bots.BOTS_MAX,
        "events": EVENTS,
        "typed": {},
    } | more
    return render(request, "rooms/manage_hooks.html", context, status=status)

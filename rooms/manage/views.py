"""The pages from which a room is run: what its owner has ordered, its people, who waits outside.

Plain forms that answer with a redirect; the room's own page sends the same with fetch and asks for
JSON. Who is not in charge finds nothing here.
"""

import math
import re
from collections.abc import Callable

from django.conf import settings as config
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rooms import access, addresses, codes, limits
from rooms.actions import admission, clearing, discipline, roles, settings
from rooms.errors import BadFrame, ChatError, Forbidden, NotMember
from rooms.manage import forms, people
from rooms.manage.forms import OrderForm, SettingsForm
from rooms.models import Deed, Membership, Room, User

_PERSON = re.compile(r"u_[0-9a-z]{1,18}", re.ASCII)


@never_cache
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The settings, the people and who waits, to those in charge. To others the room, or its door."""
    try:
        me = _in_charge(request, code)
    except ChatError:
        return redirect("room", code=code)
    return _page(request, me, SettingsForm.of(me.room))


@never_cache
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """The settings, all of them."""
    try:
        me = _in_charge(request, code)
        form = SettingsForm.of(me.room, request.POST)
        if not form.is_valid():
            if _wants_json(request):
                raise BadFrame(str(next(iter(form.errors.values()))[0]))
            return _page(request, me, form, status=422)
        wishes = form.wishes()
        if wishes.passcode:
            address = addresses.of_request(request)
            limits.new_secret(person=me.user.public_id, address=address)
        done = settings.change(room=me.room, by=me.user, wishes=wishes)
    except ChatError as refusal:
        return _refused(request, code, refusal)
    return _done(request, code, gettext("Saved.") if done else gettext("Nothing was changed."))


@never_cache
@require_POST
def renew_code(request: HttpRequest, code: str) -> HttpResponse:
    """Another code: the old one is dead, and nobody is thrown out."""
    try:
        me = _in_charge(request, code)
        code = settings.renew_code(room=me.room, by=me.user)
    except ChatError as refusal:
        return _refused(request, code, refusal)
    said = gettext("The room's code is %(code)s now. The old one is dead.")
    return _done(request, code, said % {"code": code})


@never_cache
@require_POST
def person(request: HttpRequest, code: str, who: str, verb: str) -> HttpResponse:
    """An order about somebody. `verb` is one of VERBS."""
    order = VERBS.get(verb)
    if order is None or not _PERSON.fullmatch(who):
        raise Http404
    form = OrderForm(request.POST)
    try:
        me = _in_charge(request, code)
        if not form.is_valid():
            raise BadFrame(str(next(iter(form.errors.values()))[0]))
        user = User.objects.filter(public_id=who).first()
        if user is None:
            raise NotMember("That person is not in this room.")
        order(me, user, form)
    except ChatError as refusal:
        return _refused(request, code, refusal)
    return _done(request, code, gettext("Done."))


@never_cache
@require_POST
def refuse_all(request: HttpRequest, code: str) -> HttpResponse:
    """Let in nobody who waits outside."""
    try:
        me = _in_charge(request, code)
        done = admission.turn_all_away(room=me.room, by=me.user)
    except ChatError as refusal:
        return _refused(request, code, refusal)
    return _done(request, code, gettext("Done.") if done else gettext("Nobody is waiting."))


@never_cache
@require_POST
def undo(request: HttpRequest, code: str, deed: int) -> HttpResponse:
    """Take a deed of the last day back."""
    try:
        me = _in_charge(request, code)
        done = Deed.objects.filter(pk=deed, room_id=me.room.public_id).first()
        if done is None:
            raise Forbidden("That cannot be undone.")
        discipline.undo(room=me.room, by=me.user, deed=done)
    except ChatError as refusal:
        return _refused(request, code, refusal)
    return _done(request, code, gettext("Undone."))


Order = Callable[[Membership, User, OrderForm], object]


def _with_reason(verb: Callable[..., object]) -> Order:
    return lambda me, user, form: verb(
        room=me.room, by=me.user, user=user, reason=form.cleaned_data["reason"]
    )


def _with_minutes(verb: Callable[..., object]) -> Order:
    return lambda me, user, form: verb(
        room=me.room,
        by=me.user,
        user=user,
        reason=form.cleaned_data["reason"],
        minutes=form.cleaned_data["minutes"] or 10,
    )


def _plain(verb: Callable[..., object]) -> Order:
    return lambda me, user, form: verb(room=me.room, by=me.user, user=user)


VERBS: dict[str, Order] = {
    "mute": _with_minutes(discipline.mute),
    "clear": _with_minutes(clearing.clear),
    "unmute": _with_reason(discipline.unmute),
    "remove": _with_reason(discipline.remove),
    "unban": _with_reason(discipline.unban),
    "ban": _with_reason(discipline.ban),
    "moderator": _with_reason(roles.make_moderator),
    "member": _with_reason(roles.unmake_moderator),
    "owner": _with_reason(roles.hand_over),
    "admit": _plain(admission.admit),
    "refuse": _plain(admission.turn_away),
}


def _in_charge(request: HttpRequest, code: str) -> Membership:
    """Raises the same to whoever has no business here, whether there is such a room or not."""
    user, normal = request.user, codes.normalize(code)
    if not user.is_authenticated or not normal:
        raise NotMember
    member = access.membership(user=user, code=normal)
    if not access.is_in_charge(member):
        raise Forbidden
    if request.method == "POST":
        limits.order(person=user.public_id)
    return member


def _page(
    request: HttpRequest, me: Membership, form: SettingsForm, *, status: int = 200
) -> HttpResponse:
    room: Room = me.room
    context = {
        "room": room,
        "me": me,
        "is_owner": me.role == Membership.Role.OWNER,
        "form": form,
        "paces": forms.paces(room),
        "graces": forms.graces(room),
        "kept_days": config.CHAT_RETENTION_DAYS,
        "mutes": forms.MUTES,
        "spans": forms.SPANS,
        "people": people.listed(me),
        "deeds": people.undoable(me),
        "waiting": admission.waiting(room),
    }
    return render(request, "rooms/manage.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _done(request: HttpRequest, code: str, said: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"code": codes.normalize(code)})
    messages.success(request, said)
    return redirect("manage", code=codes.normalize(code))


def _refused(request: HttpRequest, code: str, refusal: ChatError) -> HttpResponse:
    headers = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(refusal.retry_after))
    if _wants_json(request):
        error = {"code": refusal.code, "message": refusal.message}
        return JsonResponse({"error": error}, status=refusal.status, headers=headers)
    messages.error(request, refusal.message)
    return redirect("manage", code=code)

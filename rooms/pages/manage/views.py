"""The pages from which a room is run: what its owner has ordered, its people, who waits outside.

Plain forms that answer with a redirect; the room's own page sends the same with fetch and asks for
JSON. Who is not in charge finds nothing here.
"""

from typing import Any

from django.conf import settings as config
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from history import zones
from rooms import addresses, limits
from rooms.actions import admission, bots, settings, undoing, verbs
from rooms.actions.verbs import Verb
from rooms.answers import wants_json
from rooms.errors import ChatError
from rooms.models import Deed, Membership, Room, User
from rooms.pages.manage import answers, forms, people, sections
from rooms.pages.manage.answers import in_charge
from rooms.pages.manage.forms import EndingForm, OrderForm, SettingsForm
from rooms.pages.manage.sayings import said
from rooms.refusals.forms import BadForm
from rooms.refusals.orders import NotInThisRoom
from rooms.refusals.undoing import CannotUndo

# What a mute takes that says nothing else.
_MINUTES = 10


@never_cache
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The settings, the people and who waits, to those in charge. To others the room, or its door."""
    try:
        me = in_charge(request, code)
    except ChatError:
        return redirect("room", code=code)
    return shown(request, me, SettingsForm.of(me.room))


@never_cache
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """The settings, all of them."""
    try:
        me = in_charge(request, code)
        form = SettingsForm.of(me.room, request.POST)
        for_person = not wants_json(request)
        if form.is_valid() and for_person:
            form.ask_before_erasing(me.room)
        if not form.is_valid():
            if for_person:
                return shown(request, me, form, status=422)
            raise BadForm(problem=next(iter(form.errors.values()))[0])
        wanted = form.wanted()
        if wanted.passcode:
            address = addresses.of_request(request)
            limits.new_secret(person=me.user.public_id, address=address)
        deed = settings.change(room=me.room, by=me.user, wanted=wanted)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    return answers.done(
        request, code, gettext("Saved.") if deed else gettext("Nothing was changed.")
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew_code(request: HttpRequest, code: str) -> HttpResponse:
    """Give the room another code: the old one stops working, and everybody stays. A GET asks whether that is meant."""
    try:
        me = in_charge(request, code)
        if request.method != "POST":
            settings.require_owner(me)
            return render(request, "rooms/manage_new_code.html", {"room": me.room})
        code = settings.renew_code(room=me.room, by=me.user)
    except ChatError as refusal:
        return _turned_back(request, code, refusal)
    text = gettext("The room’s code is now %(code)s. The old one no longer works.")
    return answers.done(request, code, text % {"code": code})


@never_cache
@require_safe
def about(request: HttpRequest, code: str, who: str) -> HttpResponse:
    """Show the verbs that are offered about one of the room's people."""
    try:
        me = in_charge(request, code)
        someone = people.one(me, _user(who))
    except ChatError as refusal:
        return _turned_back(request, code, refusal)
    context = _orders(me) | {"room": me.room, "person": someone}
    return render(request, "rooms/manage_about.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, code: str, who: str, verb: str) -> HttpResponse:
    """An order about somebody. A GET asks, before one that nobody can undo."""
    order = verbs.ORDERS.get(verb)
    if order is None:
        raise Http404
    if request.method != "POST" and not order.asks:
        return HttpResponseNotAllowed(["POST"])
    form = OrderForm(request.POST, verb=order.path)
    try:
        me, user = in_charge(request, code), _user(who)
        if request.method != "POST":
            settings.require_owner(me)
            context = {"room": me.room, "person": people.one(me, user)}
            return render(request, "rooms/manage_owner.html", context)
        if not form.is_valid():
            raise BadForm(problem=next(iter(form.errors.values()))[0])
        deed = _perform(order, me, user, form)
    except ChatError as refusal:
        return _turned_back(request, code, refusal)
    text = said(order, user, deed)
    more = {"message": text, "undo": deed.pk} if deed and order.undo else {}
    return answers.done(request, code, text, **more)


@never_cache
@require_POST
def refuse_all(request: HttpRequest, code: str) -> HttpResponse:
    """Let in nobody who waits outside."""
    try:
        me = in_charge(request, code)
        deed = admission.turn_all_away(room=me.room, by=me.user)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    text = gettext("Nobody was let in.") if deed else gettext("Nobody is waiting.")
    return answers.done(request, code, text)


@never_cache
@require_POST
def undo(request: HttpRequest, code: str, deed: int) -> HttpResponse:
    """Take a deed of the last day back."""
    try:
        me = in_charge(request, code)
        found = Deed.objects.filter(pk=deed, room_id=me.room.public_id).first()
        if found is None:
            raise CannotUndo
        undoing.undo(room=me.room, by=me.user, deed=found)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    return answers.done(request, code, gettext("Undone."))


def _perform(verb: Verb, me: Membership, user: User, form: OrderForm) -> Deed | None:
    """Do what the form asks for. Raises what the verb raises."""
    typed = form.cleaned_data
    sent = {
        verbs.REASON: typed["reason"],
        verbs.MINUTES: typed["minutes"] or _MINUTES,
        verbs.NETWORK: not typed["person_only"],
    }
    assert verb.perform is not None
    taken = {name: sent[name] for name in verb.takes}
    return verb.perform(room=me.room, by=me.user, user=user, **taken)


def _user(who: str) -> User:
    if not User.is_public_id(who):
        raise Http404
    user = User.objects.filter(public_id=who).first()
    if user is None:
        raise NotInThisRoom
    return user


def _turned_back(request: HttpRequest, code: str, refusal: ChatError) -> HttpResponse:
    """To where those in charge find why; a page asked for by anyone else leads to the room."""
    if request.method != "POST" and not wants_json(request):
        return redirect("room", code=code)
    return answers.refused(request, code, refusal)


def _orders(me: Membership) -> dict[str, Any]:
    """Return the context of the forms about people."""
    return {"mutes": forms.MUTES}


def shown(
    request: HttpRequest,
    me: Membership,
    form: SettingsForm,
    *,
    ending: EndingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page, with a form that was refused perhaps."""
    room: Room = me.room
    zone = zones.of(request)
    context = _orders(me) | {
        "room": room,
        "ending": ending or EndingForm.of(room, zone),
        "zone": zone,
        "lessons": forms.LESSONS,
        "me": me,
        "form": form,
        "choices": forms.choices(room),
        "now": sections.now(room),
        "errors_in": sections.with_errors(form),
        "kept_days": config.CHAT_RETENTION_DAYS,
        "site_call_link": config.CHAT_CALL_LINK,
        "people": people.listed(me),
        "undoable": [(deed, people.told(deed)) for deed in people.undoable(me)],
        "is_owner": me.role == Membership.Role.OWNER,
        "waiting": admission.waiting(room),
        "bots": bots.inside(room).count(),
    }
    return render(request, "rooms/manage.html", context, status=status)

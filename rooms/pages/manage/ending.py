"""The forms that end a room: at once, with a minute to undo it, or at a time."""

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from history import zones
from rooms.actions import ending, undoing
from rooms.answers import wants_json
from rooms.errors import ChatError
from rooms.models import Room
from rooms.pages.manage import answers, views
from rooms.pages.manage.answers import in_charge
from rooms.pages.manage.forms import EndingForm, SettingsForm
from rooms.refusals.ending import BadTime, NotEnded
from rooms.refusals.forms import BadForm


@never_cache
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End the room. For a minute that can be undone."""
    try:
        me = in_charge(request, code)
        deed = ending.end(room=me.room, by=me.user)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    text = gettext("This room has ended. It closes in a minute; until then you can undo it.")
    return answers.done(request, code, text, message=text, undo=deed.pk)


@never_cache
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Undo the end of the room, whatever page asks for it."""
    try:
        me = in_charge(request, code)
        deed = ending.last_end(me.room)
        if deed is None:
            raise NotEnded
        undoing.undo(room=me.room, by=me.user, deed=deed)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    return answers.done(request, code, gettext("The room stays open."))


@never_cache
@require_POST
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Set when the room closes, and its door."""
    try:
        me = in_charge(request, code)
    except ChatError as refusal:
        return answers.refused(request, code, refusal)
    form = EndingForm.of(me.room, zones.of(request), request.POST)
    try:
        now = Room.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=me.room_id)
        form.judge(now=now)
        if not form.is_valid():
            raise BadForm(problem=next(iter(form.errors.values()))[0])
        ends_at, door_closes_at = form.wanted(now=now)
        deed = ending.plan(room=me.room, by=me.user, ends_at=ends_at, door_closes_at=door_closes_at)
    except ChatError as refusal:
        if wants_json(request) or not isinstance(refusal, BadForm | BadTime):
            return answers.refused(request, code, refusal)
        if isinstance(refusal, BadTime):
            form.add_error(refusal.about, refusal.message)
        settings = SettingsForm.of(me.room)
        return views.shown(request, me, settings, ending=form, status=422)
    said = (
        gettext("Saved. Everyone here sees these times.")
        if deed
        else gettext("Nothing was changed.")
    )
    return answers.done(request, code, said)

"""Pages for reporting a message or a person to those who look after the site."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from history.models import Message
from rooms import access, addresses, answers, codes, fingerprints, limits
from rooms.actions import reports
from rooms.errors import ChatError, NotMember, RoomNotFound
from rooms.models import Membership, Report, User
from rooms.refusals.forms import BadForm

_ID = RegexValidator(r"\A[ru]_[0-9a-z]{1,18}\Z")


class ReportForm(forms.Form):
    """The subject of a report, and the reason."""

    seq = forms.IntegerField(required=False, min_value=1, max_value=2**53)
    person = forms.CharField(required=False, max_length=20, validators=[_ID])
    # The room's id: on a transcript the code may long be another room's.
    room = forms.CharField(required=False, max_length=20, validators=[_ID])
    reason = forms.ChoiceField(
        choices=Report.Reason.choices, error_messages={"required": _("Please say what is wrong.")}
    )
    comment = forms.CharField(
        required=False, max_length=Report._meta.get_field("comment").max_length
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and what it sends. The room page's script sends it too, and is answered in JSON.

    To anyone who may not read the room there is no such room.
    """
    form = ReportForm(request.POST if request.method == "POST" else request.GET)
    form.full_clean()
    membership = _membership(request, code, form.cleaned_data.get("room", ""))
    if request.method != "POST":
        return _ask(request, membership, ReportForm(initial=form.cleaned_data))
    try:
        if not form.is_valid():
            raise BadForm(problem=_said(form))
        given = form.cleaned_data
        limits.report(
            person=membership.user.public_id,
            device=fingerprints.known_device(request),
            address=addresses.of_request(request),
        )
        reports.report(
            by=membership,
            reason=given["reason"],
            comment=given["comment"],
            seq=given["seq"],
            person_id=given["person"],
        )
    except ChatError as refusal:
        return _refuse(request, membership, form, refusal)
    thanks = gettext(
        "Thank you for telling us. The people who look after this site will read it. "
        "Nobody in the room learns of it."
    )
    if answers.wants_json(request):
        return JsonResponse({"message": thanks})
    messages.success(request, thanks)
    return redirect(_back(membership, given["seq"]))


def _membership(request: HttpRequest, code: str, room_id: str) -> Membership:
    normal = codes.normalize(code)
    if not request.user.is_authenticated or not normal:
        raise RoomNotFound
    try:
        return access.readable(user=request.user, code=normal, room_id=room_id)
    except NotMember:
        raise RoomNotFound from None


def _ask(
    request: HttpRequest, membership: Membership, form: ReportForm, *, status: int = 200
) -> HttpResponse:
    about, message = _subject(membership, form)
    context: dict[str, Any] = {
        "about": about,
        "can_hide": about is not None and about != membership.user,
        "quote": message.plain if message else "",
        "room": membership.room.public_id,
        "code": membership.seen_code,
        "title": membership.seen_title,
        "form": form,
        "reasons": Report.Reason.choices,
        "back": _back(membership, form["seq"].value()),
    }
    return render(request, "rooms/report.html", context, status=status)


def _subject(membership: Membership, form: ReportForm) -> tuple[User | None, Message | None]:
    """Return the person and the message that the form is about, as far as it says who and what that is."""
    # Only what is valid: the database is asked for it.
    given = form.cleaned_data if form.is_bound else form.initial
    try:
        return reports.subject(
            by=membership, seq=given.get("seq"), person_id=given.get("person") or ""
        )
    except ChatError:
        return None, None


def _refuse(
    request: HttpRequest, membership: Membership, form: ReportForm, refusal: ChatError
) -> HttpResponse:
    def page() -> HttpResponse:
        if form.is_valid():
            form.add_error(None, refusal.message)
        return _ask(request, membership, form, status=refusal.status)

    # As this form was answered before all refusals had one shape; docs/PROTOCOL.md says how long.
    return answers.refused(request, refusal, page=page, **answers.describe(refusal))


def _said(form: ReportForm) -> str:
    """All that is wrong with what was sent, in sentences."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _back(membership: Membership, seq: Any) -> str:
    """To the room where the reporter still is in it, else to its transcript."""
    room = membership.room
    if room.is_open and membership.left_at is None:
        return reverse("room", args=[room.code])
    there = reverse("transcript", args=[room.public_id])
    return f"{there}?at={seq}#m{seq}" if str(seq or "").isdigit() else there

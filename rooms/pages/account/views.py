"""One's own account: how it is got, used and left."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rooms import addresses, agents, answers, factors, limits, names, passwords, paths
from rooms.actions import accounts, deletion, merge, people, sign_ins
from rooms.errors import BadName, ChatError
from rooms.limits import downloads
from rooms.models import User
from rooms.pages.account import machines, mydata, notifications
from rooms.pages.account.forms import (
    ChangePasswordForm,
    DeleteForm,
    NameForm,
    RegisterForm,
    SignInForm,
    refuse,
)
from rooms.pages.account.visitor import (
    for_somebody,
    person,
    prove,
    sent_key,
    session_key,
    signed_in,
)
from rooms.pages.sessions import sign_in as open_session
from rooms.refusals.names import NameTooLong


@require_safe
@for_somebody
def overview(request: HttpRequest) -> HttpResponse:
    """Show the visitor's name, sign-ins, and what they can change."""
    me = signed_in(request)
    rows = [
        {
            "row": row,
            "browser": agents.plain(row.agent),
            "mine": row.session_key == session_key(request),
        }
        for row in sign_ins.current(me)
    ]
    rows.sort(key=lambda row: not row["mine"])
    hidden = me.hides.select_related("person").order_by("-pk")
    context = {"me": me, "sign_ins": rows, "hidden": hidden, "machines": machines.shown(me)}
    context |= notifications.shown(request, me)
    return render(request, "account/overview.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """A user name and a password for who has none yet."""
    me = person(request)
    if me is not None and me.is_registered:
        return redirect("account")
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            return _register(request, me, form)
        except ValidationError as error:
            refuse(form, error)
        except ChatError as refusal:
            return _refused(request, "account/register.html", form, refusal, me=me)
    return _form(request, "account/register.html", form, me=me)


def _register(request: HttpRequest, me: User | None, form: RegisterForm) -> HttpResponse:
    limits.register(address=addresses.of_request(request))
    typed = form.cleaned_data
    hashed = passwords.hashed(typed["password"])
    with transaction.atomic():
        if me is None:
            me = people.enter_as(user=None, name=typed["name"] or "")
        accounts.register(
            user=me, username=typed["username"], password=typed["password"], hashed=hashed
        )
        open_session(request, me)
    messages.success(
        request, _("From now on you can sign in anywhere with your user name and password.")
    )
    return HttpResponseRedirect(_next(request))


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Into an account."""
    me = person(request)
    if me is not None and me.is_registered:
        return HttpResponseRedirect(_next(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = prove(request, **_typed(form, "username", "password"))
        except ChatError as refusal:
            return _refused(request, "account/login.html", form, refusal, me=me)
        if user is not None and factors.is_asked_of(user):
            bring = me if form.cleaned_data["bring"] else None
            factors.begin(request, user, then=_next(request), guest=bring)
            return redirect("factor")
        if user is not None:
            with transaction.atomic():
                if me is not None and form.cleaned_data["bring"]:
                    merge.merge(guest=me, account=user)
                open_session(request, user)
            return HttpResponseRedirect(_next(request))
        form.add_error("password", _("That user name and password do not match."))
    return _form(request, "account/login.html", form, me=me)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Here, in this browser. A GET asks first: a guest who signs out loses everything."""
    me = person(request)
    if request.method != "POST":
        if me is None:
            return redirect("front")
        return render(request, "account/logout.html", {"me": me})
    was_somebody = me is not None
    logout(request)
    if was_somebody:
        messages.success(request, _("You are signed out."))
    return redirect("front")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
def password(request: HttpRequest) -> HttpResponse:
    """Another password: all other sessions end."""
    me = signed_in(request)
    if not me.is_registered:
        return redirect("register")
    form = ChangePasswordForm(request.POST or None)
    try:
        _judge_password(request, form, "current")
        if form.is_valid():
            limits.new_secret(person=me.public_id, address=addresses.of_request(request))
            chosen = form.cleaned_data["password"]
            hashed = passwords.hashed(chosen)
            with transaction.atomic():
                accounts.change_password(user=me, password=chosen, hashed=hashed)
                sign_ins.end_all(user=me, but=session_key(request))
                open_session(request, me)  # this one goes on, under another key
            messages.success(
                request, _("Your password is changed. You are signed out everywhere else.")
            )
            return redirect("account")
    except ValidationError as error:
        refuse(form, error)
    except ChatError as refusal:
        return _refused(request, "account/password.html", form, refusal, me=me)
    return _form(request, "account/password.html", form, me=me)


@require_POST
@for_somebody
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of my sessions, `session`, or all but this one."""
    me, wanted = signed_in(request), sent_key(request, "session")
    if request.POST.get("session"):
        mine = sign_ins.current(me).filter(pk=wanted).exclude(session_key=session_key(request))
        ended = sign_ins.end(keys=list(mine.values_list("session_key", flat=True)))
    else:
        ended = sign_ins.end_all(user=me, but=session_key(request))
    if ended:
        messages.success(request, _("That browser is signed out."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
def name(request: HttpRequest) -> HttpResponse:
    """Another name, in all rooms. The room's own page asks for JSON."""
    me = signed_in(request)
    if request.method != "POST":
        form = NameForm(initial={"name": me.display_name})
        return _form(request, "account/name.html", form, me=me)
    form = NameForm(request.POST)
    try:
        if not form.is_valid():
            raise NameTooLong(limit=names.MAX_LENGTH)
        limits.rename(person=me.public_id)
        people.enter_as(user=me, name=form.cleaned_data["name"] or "")
    except ChatError as refusal:
        return _refused(request, "account/name.html", form, refusal, me=me)
    if answers.wants_json(request):
        return JsonResponse({"name": me.display_name})
    text = _("You are called %(name)s now, in all your rooms.")
    messages.success(request, text % {"name": me.display_name})
    return redirect("account")


@require_POST
@for_somebody
def show_reading(request: HttpRequest) -> HttpResponse:
    """Let others see how far I have read, `shown=yes`, or no longer."""
    shown = request.POST.get("shown") == "yes"
    people.show_reading(user=signed_in(request), shown=shown)
    if shown:
        messages.success(request, _("Others can see again how far you have read."))
    else:
        messages.success(request, _("Nobody can see how far you have read any more."))
    return redirect("account")


@require_safe
@for_somebody
def data(request: HttpRequest) -> StreamingHttpResponse:
    """Everything the site knows of me."""
    me, now = signed_in(request), datetime.now(UTC)
    limits.table.downloading.require(me.public_id)
    return StreamingHttpResponse(
        downloads.transcripts.begin(mydata.stream(me, now=now), person=me.public_id),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'},
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_somebody
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account and, on request, everything the visitor posted."""
    me = signed_in(request)
    form = DeleteForm(request.POST if request.method == "POST" and not me.is_staff else None)
    try:
        if me.is_registered:
            _judge_password(request, form, "password")
        elif form.is_bound and not form["sure"].value():
            form.add_error("sure", _("Tick this to delete your account."))
    except ChatError as refusal:
        return _refused(request, "account/delete.html", form, refusal, me=me)
    if form.is_valid():
        deletion.delete_account(user=me, erase=form.cleaned_data["texts"] == "erase")
        logout(request)
        messages.success(request, _("Your account is deleted."))
        return redirect("front")
    return _form(request, "account/delete.html", form, me=me)


# What they share ------------------------------------------------------------------------------------


def _next(request: HttpRequest) -> str:
    """Return the page that was asked for, if it is a path of this site; else the front page."""
    return paths.own(request, request.POST.get("next") or request.GET.get("next") or "") or "/"


def _judge_password(request: HttpRequest, form: forms.Form, name: str) -> None:
    """Add to a form that was sent that its password is not the visitor's. Raises RateLimited.

    Whatever else is wrong with the form, so that all of it is told at once.
    """
    me = signed_in(request)
    if not form.is_bound or name in form.errors:
        return
    if prove(request, username=me.username, password=form.cleaned_data[name]) != me:
        form.add_error(name, _("That is not your password."))


def _typed(form: forms.Form, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


def _form(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    *,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    usual = 422 if form.is_bound else 200
    context |= {"form": form, "next": _next(request)}
    return render(request, template, context, status=status or usual)


def _refused(
    request: HttpRequest, template: str, form: forms.Form, refusal: ChatError, **context: Any
) -> HttpResponse:
    """Answer with the form, and the reason beside the field that it is about."""

    def page() -> HttpResponse:
        about_name = isinstance(refusal, BadName) and "name" in form.fields
        if not form.errors:
            form.add_error("name" if about_name else None, refusal.message)
        return _form(request, template, form, status=refusal.status, **context)

    return answers.refused(request, refusal, page=page)

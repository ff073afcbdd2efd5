"""The page on which somebody of the staff sets up a second factor: apps, passkeys, recovery codes.

It is there for whoever has to set one up before anything else; and whoever has one proves it again
before it is changed.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from rooms import agents, factors, passkeys, proving
from rooms.actions import factors as proofs
from rooms.errors import ChatError
from rooms.models import Passkey, User
from rooms.models.factors import NAME_MAX
from rooms.refusals.factors import NoPasskey
from rooms.staff.confirming import confirm

View = Callable[..., HttpResponse]
# A secret that an app was shown goes with the form, signed for its person: to look at a page writes nothing.
_SHOWN = "rooms.staff.second_factor.shown"
_SHOWN_FOR = timedelta(hours=1)
_KEY_DIGITS = 18


def pages(site: AdminSite) -> list[tuple[str, View, str]]:
    """Return the pages of a site: path, view, name."""
    return [
        ("second-factor/", _guarded(site, _overview), "second_factor"),
        ("second-factor/app/", _guarded(site, _app), "add_app"),
        ("second-factor/passkey/", _guarded(site, _passkey), "add_passkey"),
        ("second-factor/passkey/options/", _guarded(site, _options), "passkey_options"),
        ("second-factor/codes/", _guarded(site, _codes), "recovery_codes"),
        ("second-factor/remove/", _guarded(site, _remove), "remove_factor"),
    ]


def _guarded(site: AdminSite, view: View) -> View:
    """Let staff in who has proven a factor lately, or has none."""

    @sensitive_post_parameters()
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not factors.is_on():
            raise Http404
        if not AdminSite.has_permission(site, request) or factors.lacks_proof(request):
            return redirect(_login(request))
        if view is not _overview and (response := confirm(request, site)):
            return response
        return view(request, site)

    return guarded


def _login(request: HttpRequest) -> str:
    return f"{reverse('admin:login')}?{urlencode({'next': request.path})}"


def _overview(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show what the person has, and what can be added."""
    return _page(request, site)


def _app(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show a secret for an app, and add the app once it shows the right code."""
    user = _me(request)
    secret = _shown(request, user) or proofs.new_secret()
    problem = ""
    if request.method == "POST" and "code" in request.POST:
        try:
            proofs.add_app(
                user=user,
                name=_name(request) or _("Authenticator app"),
                secret=secret,
                code=request.POST["code"],
                session_key=request.session.session_key or "",
            )
        except ChatError as refusal:
            problem = refusal.message
        else:
            return _added(request, site, _("The app is added."))
    typed = proofs.readable(secret)
    context = {
        "title": _("Add an authenticator app"),
        "secret": " ".join(typed[at : at + 4] for at in range(0, len(typed), 4)),
        "link": _link(request, user, typed),
        "shown": signing.dumps([user.pk, secret], salt=_SHOWN),
        "name": _name(request),
        "name_max": NAME_MAX,
        "problems": [problem] if problem else [],
    }
    return _answer(request, site, "admin/add_app.html", context, status=422 if problem else 200)


def _shown(request: HttpRequest, user: User) -> str | None:
    """Return the secret that this person was shown; None if it was another's, or is not shown any more."""
    try:
        of, secret = signing.loads(request.POST.get("shown", ""), salt=_SHOWN, max_age=_SHOWN_FOR)
    except signing.BadSignature:
        return None
    return str(secret) if of == user.pk else None


def _passkey(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Add the passkey that the browser has made, `passkey`, as JSON."""
    user, problem = _me(request), ""
    if request.method == "POST":
        try:
            _add_passkey(request, user)
        except ChatError as refusal:
            problem = refusal.message
        else:
            return _added(request, site, _("The passkey is added."))
    context = {
        "title": _("Add a passkey"),
        "name": _name(request),
        "name_max": NAME_MAX,
        "host": proving.place(request).host,
        "problems": [problem] if problem else [],
    }
    return _answer(request, site, "admin/add_passkey.html", context, status=422 if problem else 200)


def _add_passkey(request: HttpRequest, user: User) -> None:
    sent = request.POST.get("passkey", "")
    if not sent:
        raise NoPasskey
    challenge = proving.challenge_of(request, proving.MAKE)
    columns = passkeys.made(sent, challenge=challenge, place=proving.place(request))
    proofs.add_passkey(
        user=user,
        session_key=request.session.session_key or "",
        name=_name(request) or agents.plain(request.headers.get("User-Agent", "")),
        **columns,
    )


def _options(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Return JSON: the passkey that the browser is to make."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user, place = _me(request), proving.place(request)
    options, challenge = passkeys.to_make(user, proofs.keys_at(user, place.host), place)
    proving.keep(request, challenge, proving.MAKE)
    return JsonResponse(options)


def _codes(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Make recovery codes, and show them this once."""
    if request.method != "POST" or not factors.has_any(_me(request)):
        return redirect("admin:second_factor")
    return _show_codes(request, site)


def _remove(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Remove an app, `app`, or a passkey, `passkey`."""
    user = _me(request)
    for kind in (proofs.APP, proofs.PASSKEY):
        text = request.POST.get(kind, "")
        if text.isdecimal() and len(text) <= _KEY_DIGITS:
            try:
                proofs.remove(user=user, kind=kind, key=int(text))
            except ChatError as refusal:
                return _page(request, site, problem=refusal.message, status=refusal.status)
            messages.success(request, _("It is removed."))
    return redirect("admin:second_factor")


def _added(request: HttpRequest, site: AdminSite, said: str) -> HttpResponse:
    """Go on after something was added: with the first factor to the recovery codes."""
    user = _me(request)
    factors.prove(request.session, user)
    messages.success(request, said)
    if not proofs.codes_left(user):
        return _show_codes(request, site)
    return redirect("admin:second_factor")


def _show_codes(request: HttpRequest, site: AdminSite) -> HttpResponse:
    codes = proofs.make_codes(user=_me(request))
    context = {"title": _("Your recovery codes"), "codes": codes}
    return _answer(request, site, "admin/recovery_codes.html", context)


def _page(
    request: HttpRequest, site: AdminSite, *, problem: str = "", status: int = 200
) -> HttpResponse:
    user = _me(request)
    keys = Passkey.objects.filter(user=user).order_by("pk")
    has_any = factors.has_any(user)
    context = {
        "title": _("Second factor"),
        "apps": proofs.apps(user),
        "passkeys": keys,
        "host": proving.place(request).host,
        "has_any": has_any,
        "codes_left": proofs.codes_left(user),
        "codes_made": proofs.CODES,
        "must": not has_any and factors.lacks_factor(request),
        "problems": [problem] if problem else [],
    }
    return _answer(request, site, "admin/second_factor.html", context, status=status)


def _answer(
    request: HttpRequest,
    site: AdminSite,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    request.current_app = site.name
    context = {**site.each_context(request), **context}
    return TemplateResponse(request, template, context, status=status)


def _name(request: HttpRequest) -> str:
    """Return the name that was typed for a factor."""
    typed = request.POST.get("name", "").replace("\0", "")
    return " ".join(typed[: NAME_MAX * 2].split())[:NAME_MAX]


def _link(request: HttpRequest, user: User, secret: str) -> str:
    """Return the address that apps read from a QR code."""
    host, _port = split_domain_port(request.get_host())
    label = quote(f"{host}:{user.get_username()}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': host})}"


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user

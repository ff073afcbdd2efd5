"""The staff's way in by the provider: begun here, answered there, and connected to an account.

mozilla-django-oidc keeps state, nonce and the verifier of PKCE (S256), and goes through the steps. Requests
and ID tokens are rooms/openid's. This module is imported only where CHAT_OIDC_ISSUER is set. To connect an
account, a member of the staff proves a second factor first, as for any other change to how one signs in.

A sign-in is begun by a link and not by a form: the policy of our pages lets no form lead to another site,
and browsers hold redirects after one to it as well. So the browser is asked whether the link was one of ours.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial, wraps
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.contrib import admin, auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from rooms import addresses, answers, factors, limits, paths
from rooms.actions import identities, sign_ins
from rooms.errors import (
    ChatError,
    SignedOut,
    SignInExpired,
    SignInRefused,
    SignInUnknown,
    SignInUntrusted,
)
from rooms.models import Identity, User
from rooms.openid import tokens
from rooms.openid.provider import provider
from rooms.staff.confirming import confirm

# Seconds from the link to the answer: to find a second factor, and no more.
BEGUN_FOR = 600
# Where mozilla-django-oidc keeps what it has asked, by state.
_STATES = "oidc_states"
# What Sec-Fetch-Site says of a link of ours, and of an address that somebody typed.
_OWN = {"same-origin", "none"}
View = Callable[[HttpRequest], HttpResponseBase]


def _setting(name: str, *default: Any) -> Any:
    """Return a setting of mozilla-django-oidc's. Raises ProviderAway: some are the provider's to say."""
    match name:
        case "OIDC_OP_AUTHORIZATION_ENDPOINT":
            return provider.endpoints().authorization
        case "OIDC_AUTH_REQUEST_EXTRA_PARAMS":
            return provider.endpoints().parameters
        case "OIDC_RP_CLIENT_ID":
            return settings.CHAT_OIDC_CLIENT_ID
        case "OIDC_RP_CLIENT_SECRET":
            return settings.CHAT_OIDC_CLIENT_SECRET
        case "OIDC_RP_SCOPES":
            return settings.CHAT_OIDC_SCOPES
        case "OIDC_USE_PKCE" | "OIDC_USE_NONCE":
            return True
        case "OIDC_AUTHENTICATION_CALLBACK_URL":
            return "admin:openid_callback"
    return default[0]


class ProviderBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Makes an account of an answer of the provider's. Of permissions it knows what Django's own knows."""

    get_settings = staticmethod(_setting)
    request: HttpRequest

    def __init__(self) -> None:
        # Not the library's: it asks for the endpoints, and Django makes a backend for each question about
        # a permission.
        self.UserModel = User
        self.OIDC_RP_CLIENT_ID = settings.CHAT_OIDC_CLIENT_ID
        self.OIDC_RP_CLIENT_SECRET = settings.CHAT_OIDC_CLIENT_SECRET

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        if "nonce" not in kwargs:  # a name and a password
            return None
        user: User | None = super().authenticate(request, **kwargs)
        return user

    def get_token(self, payload: Mapping[str, str]) -> Mapping[str, Any]:
        return provider.exchange(payload)

    def verify_token(self, token: Any, **kwargs: Any) -> Mapping[str, Any]:
        return tokens.verified(str(token), nonce=kwargs["nonce"], provider=provider)

    def store_tokens(self, access_token: str, id_token: str) -> None:
        """Keep none: this site asks the provider for nothing once somebody is in."""

    def get_or_create_user(
        self, access_token: str, id_token: str, payload: Mapping[str, Any]
    ) -> User:
        claims = payload
        if tokens.groups(claims) is None and provider.endpoints().userinfo:
            told = provider.userinfo(access_token)
            if told.get("sub") != payload["sub"]:
                raise SignInUntrusted
            claims = {**told, **payload}
        groups = tokens.groups(claims) or []
        known = settings.CHAT_OIDC_ROLES
        roles = sorted({known[group] for group in groups if group in known})
        whose = {"issuer": payload["iss"], "subject": payload["sub"], "roles": roles}
        name = claims.get("name") or claims.get("preferred_username")
        if not _connects(self.request):
            return identities.come_in(**whose, name=str(name or ""))
        assert isinstance(self.request.user, User)
        identities.bind(**whose, user=self.request.user)
        return self.request.user


class Begin(OIDCAuthenticationRequestView):  # type: ignore[misc]
    """Sends the browser to the provider."""

    get_settings = staticmethod(_setting)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseRedirect = super().get(request)
        [state] = parse_qs(urlsplit(response.url).query)["state"]
        begun = request.session[_STATES][state]
        begun["next"] = paths.own(request, request.GET.get("next", ""))
        if "connect" in request.GET:
            begun["connects"] = _staff(request).pk
        request.session.modified = True
        return response


class Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """Takes the provider's answer from the browser: once, soon, and in the browser that has asked."""

    get_settings = staticmethod(_setting)
    request: HttpRequest
    user: User | None

    def get(self, request: HttpRequest) -> HttpResponseBase:
        state, begun = request.GET.get("state", ""), _begun(request)
        refusal = self._refusal(begun)
        if refusal is not None:
            if begun is not None:
                del request.session[_STATES][state]
                request.session.modified = True
            raise refusal
        return super().get(request)  # type: ignore[no-any-return]

    def _refusal(self, begun: Mapping[str, Any] | None) -> ChatError | None:
        said = self.request.GET
        if begun is None:
            return SignInUnknown()
        if time.time() - begun["added_on"] > BEGUN_FOR:
            return SignInExpired()
        # The answer of another provider, which would learn a code of this one's (RFC 9207).
        issuer = said.get("iss")
        if issuer != settings.CHAT_OIDC_ISSUER and (
            issuer is not None or provider.endpoints().names_itself
        ):
            return SignInUntrusted()
        if begun.get("connects", self.request.user.pk) != self.request.user.pk:
            return SignInUnknown()
        return None if said.get("code") and "error" not in said else SignInRefused()

    def login_success(self) -> HttpResponseBase:
        request, user = self.request, self.user
        assert user is not None
        if _connects(request):
            messages.success(request, _("Connected. From now on you can sign in with it."))
            return HttpResponseRedirect(reverse("admin:openid"))
        former = request.session.session_key
        was_another = request.user.is_authenticated and request.user.pk != user.pk
        auth.login(request, user)
        # Groups are asked at a sign-in, so somebody who has left one is asked again before long.
        request.session.set_expiry(timezone.now() + timedelta(hours=settings.CHAT_OIDC_HOURS))
        if was_another and former:
            sign_ins.end(keys=[former])
        return HttpResponseRedirect(request.openid_begun["next"] or reverse("admin:index"))  # type: ignore[attr-defined]

    def login_failure(self) -> HttpResponseBase:
        raise SignInUntrusted


def _begun(request: HttpRequest) -> dict[str, Any] | None:
    """Return what is known of the sign-in that is answered; None if this browser has begun no such one."""
    if not hasattr(request, "openid_begun"):
        begun = request.session.get(_STATES, {}).get(request.GET.get("state", ""))
        request.openid_begun = begun  # type: ignore[attr-defined]
    found: dict[str, Any] | None = request.openid_begun  # type: ignore[attr-defined]
    return found


def _connects(request: HttpRequest) -> bool:
    """Return True if the answer is for the account that is signed in here."""
    return "connects" in (_begun(request) or {})


def _staff(request: HttpRequest) -> User:
    if isinstance(request.user, User) and admin.site.has_permission(request):
        return request.user
    raise SignedOut


def _told(view: View) -> View:
    """Show a refusal where somebody signs in, or where they connect."""

    @wraps(view)
    def told(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except ChatError as refusal:
            return answers.refused(request, refusal, page=partial(_page, request, refusal))

    return told


def _page(request: HttpRequest, refusal: ChatError) -> HttpResponse:
    if admin.site.has_permission(request):
        return _connection_page(request, refusal)
    shown = {"refusal": refusal.message, "app_path": reverse("admin:login")}
    response = admin.site.login(request, shown)
    response.status_code = refusal.status
    return response


@never_cache
@_told
def begin(request: HttpRequest) -> HttpResponseBase:
    """GET: to the provider, from a link of this site's. From elsewhere, the page with that link."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        return HttpResponseRedirect(reverse("admin:login"))
    if "connect" in request.GET:
        _staff(request)
        if asked := confirm(request, admin.site):
            return asked
    limits.sign_on(address=addresses.of_request(request))
    answer: HttpResponseBase = Begin.as_view()(request)
    return answer


@never_cache
@_told
def callback(request: HttpRequest) -> HttpResponseBase:
    answer: HttpResponseBase = Callback.as_view()(request)
    return answer


def connection(request: HttpRequest) -> HttpResponse:
    """GET: which identity signs in to one's account. POST: none any more."""
    if request.method != "POST":
        return _connection_page(request)
    if asked := confirm(request, admin.site):
        return asked
    user = _staff(request)
    identity = _identity(user)
    if identity is not None and not identity.made_staff:
        identities.unbind(user=user, issuer=identity.issuer)
        messages.success(request, _("Disconnected."))
    return HttpResponseRedirect(reverse("admin:openid"))


def _connection_page(request: HttpRequest, refusal: ChatError | None = None) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Sign in with %(label)s") % {"label": settings.CHAT_OIDC_LABEL},
        "identity": _identity(_staff(request)),
        "refusal": refusal and refusal.message,
    }
    status = refusal.status if refusal else 200
    return TemplateResponse(request, "admin/openid.html", context, status=status)


def _identity(user: User) -> Identity | None:
    return Identity.objects.filter(user=user, issuer=settings.CHAT_OIDC_ISSUER).first()


def sign_out_there(request: HttpRequest) -> str:
    """Return where somebody who came by the provider signs out there too; "" if it has no such place.

    A link: the policy of our pages lets no form lead there.
    """
    if not factors.came_by_provider(request) or not (place := provider.end_of_session()):
        return ""
    query = {
        "client_id": settings.CHAT_OIDC_CLIENT_ID,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("admin:login")),
    }
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"


def urls() -> list[URLPattern]:
    return [
        path("openid/", admin.site.admin_view(connection), name="openid"),
        path("openid/begin/", begin, name="openid_begin"),
        path("openid/callback/", callback, name="openid_callback"),
    ]

"""The second step of a sign-in: somebody of the staff proves a second factor.

Also for whoever is signed in already and is asked again.
"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rooms import answers, factors, paths, proving
from rooms.actions import merge
from rooms.errors import ChatError, SignedOut
from rooms.models import User
from rooms.pages.account.visitor import person
from rooms.pages.sessions import sign_in


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and go on to where the visitor wanted to."""
    begun = factors.begun(request)
    user = begun[0] if begun else _signed_in(request)
    if user is None:
        return redirect("login")
    then = paths.own(request, request.POST.get("next") or request.GET.get("next") or "")
    then = begun[1] if begun else then or "/"
    if request.method != "POST":
        return _page(request, user, then)
    try:
        proving.take(request, user)
    except ChatError as refusal:
        return _refused(request, refusal, user, then)
    if begun:
        _sign_in(request, user, guest=begun[2])
    return HttpResponseRedirect(then)


@never_cache
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """Return JSON: what the browser is to sign with a passkey."""
    begun = factors.begun(request)
    user = begun[0] if begun else _signed_in(request)
    if user is None:
        raise SignedOut
    return JsonResponse(proving.to_prove(request, user))


def _signed_in(request: HttpRequest) -> User | None:
    """Return the visitor, if there is a factor to be asked for."""
    me = person(request)
    return me if me is not None and factors.is_asked_of(me) else None


@transaction.atomic
def _sign_in(request: HttpRequest, user: User, *, guest: int) -> None:
    me = person(request)
    if me is not None and me.pk == guest:
        merge.merge(guest=me, account=user)
    sign_in(request, user)
    factors.prove(request.session, user)


def _page(
    request: HttpRequest, user: User, then: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "whom": user,
        "next": then,
        "problems": [problem] if problem else [],
        **proving.offered(request, user),
    }
    return render(request, "account/factor.html", context, status=status)


def _refused(request: HttpRequest, refusal: ChatError, user: User, then: str) -> HttpResponse:
    def page() -> HttpResponse:
        return _page(request, user, then, problem=refusal.message, status=refusal.status)

    return answers.refused(request, refusal, page=page)

"""Asks for the second factor once more before something that concerns many people."""

from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rooms import answers, factors, proving
from rooms.errors import ChatError
from rooms.models import User
from rooms.refusals.factors import ConfirmAgain

# Fields of a form that are not kept for when it is sent again: no page has a password in it.
_NOT_KEPT = {"csrfmiddlewaretoken", "old_password", "password1", "password2", *proving.FIELDS}


def confirm(request: HttpRequest, site: AdminSite) -> HttpResponse | None:
    """Return None if the visitor has proven a factor lately, or with this very form, or has none.

    Else the page that asks for it. A form that was sent is kept in that page, and goes on from there.
    """
    if factors.is_fresh(request):
        return None
    if request.method != "POST":
        return HttpResponseRedirect(
            f"{reverse('factor')}?{urlencode({'next': request.get_full_path()})}"
        )
    user = request.user
    assert isinstance(user, User)
    refusal: ChatError = ConfirmAgain()
    if proving.is_sent(request):
        try:
            proving.take(request, user)
        except ChatError as wrong:
            refusal = wrong
        else:
            return None
    return answers.refused(request, refusal, page=lambda: _page(request, site, user, refusal))


def _page(request: HttpRequest, site: AdminSite, user: User, refusal: ChatError) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": str(ConfirmAgain.sentence),
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in _NOT_KEPT
            for value in values
        ],
        **proving.offered(request, user),
        "problems": [] if isinstance(refusal, ConfirmAgain) else [refusal.message],
    }
    page = TemplateResponse(request, "admin/confirm.html", context, status=refusal.status)
    return page.render()

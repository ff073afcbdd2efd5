"""The admin as a whole: its first page, and the way in.

It imports no page of rows: those register with it as they are imported, so it has to be there before them.
"""

import math
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from rooms import factors, openid, paths
from rooms.login import Bounded, Throttled
from rooms.models import User
from rooms.staff import menu, second_factor
from rooms.staff.table import NOTHING


class StaffLogin(Throttled, AdminAuthenticationForm):
    """A name and a password; wrong ones are counted, wherever they come from."""


class StaffLoginView(LoginView):
    """Django's, but that the password is half of it for whoever has a second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        if factors.is_asked_of(user):
            factors.begin(self.request, user, then=self.get_success_url())
            return redirect("factor")
        return super().form_valid(form)


class OwnPasswordForm(Bounded, AdminPasswordChangeForm):
    """Another password for one's own account."""


class StaffSite(AdminSite):
    site_header = "Roomcode"
    site_title = "Roomcode"
    index_title = _("Overview")
    index_template = "admin/overview.html"
    login_form = StaffLogin
    empty_value_display = NOTHING

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        from rooms.staff import overview

        advice = {"advises_factor": factors.is_advised(request)}
        context = {**overview.context(request), **advice, **(extra_context or {})}
        return super().index(request, context)

    def get_urls(self) -> list[Any]:
        from rooms.staff import figures

        def page(request: HttpRequest) -> HttpResponse:
            return figures.page(request, self.each_context(request))

        own = [
            path("figures/", self.admin_view(page), name="figures"),
            path("figures.csv", self.admin_view(figures.download), name="figures_csv"),
        ]
        own += [path(route, view, name=name) for route, view, name in second_factor.pages(self)]
        if openid.is_on():
            from rooms.staff import openid as pages

            own += pages.urls()
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: Any = None) -> list[Any]:
        """The kinds of rows in the groups of the menu, whichever app has the tables."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        return menu.groups([model for app in apps for model in app["models"]])

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "asks_factors": factors.is_on(),
            "provider": settings.CHAT_OIDC_LABEL if openid.is_on() else "",
            # A function: only a page that shows the menu counts them.
            "open_reports": menu.open_reports(request),
        }

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the desks are for the visitor: with a second factor, where the site asks for one."""
        if not super().has_permission(request):
            return False
        return not (factors.lacks_proof(request) or factors.lacks_factor(request))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The form; with 429 and when to come back for who has tried too often.

        Whoever is signed in and lacks a factor is led to where it is proven, or set up.
        """
        _stay_here(request)
        there = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if request.method == "GET" and super().has_permission(request):
            if factors.lacks_proof(request):
                return HttpResponseRedirect(f"{reverse('factor')}?{urlencode({'next': there})}")
            if factors.lacks_factor(request):
                return redirect("admin:second_factor")
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = reverse("admin:index")
        view = StaffLoginView.as_view(
            extra_context=context,
            authentication_form=self.login_form,
            template_name="admin/login.html",
        )
        response = view(request)
        assert isinstance(response, HttpResponse)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if isinstance(form, StaffLogin) and form.retry_after is not None:
            response.status_code = 429
            response.headers["Retry-After"] = str(math.ceil(form.retry_after))
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        _stay_here(request)
        there = ""
        if openid.is_on() and request.method == "POST":
            from rooms.staff import openid as pages

            there = pages.sign_out_there(request)
        return super().logout(request, {"sign_out_there": there, **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Django's page, whose form knows a bound."""
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={
                **self.each_context(request),
                "title": _("Change the password"),
                **(extra_context or {}),
            },
        )
        return view(request)


def _stay_here(request: HttpRequest) -> None:
    """Put the overview in the place of a `next` that is no path of this site."""
    for name in ("GET", "POST"):
        values = getattr(request, name)
        if REDIRECT_FIELD_NAME in values and not paths.own(request, values[REDIRECT_FIELD_NAME]):
            values = values.copy()
            values[REDIRECT_FIELD_NAME] = reverse("admin:index")
            setattr(request, name, values)

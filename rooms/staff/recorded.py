"""Django's own forms, where there are some: what is done with them goes into the audit log too."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rooms import audit
from rooms.models import Deed, User
from rooms.staff.confirming import confirm
from rooms.staff.filters import DeclaredFilters
from rooms.staff.paging import BoundedChangeList
from rooms.staff.rights import Rights, RightsField


class Recorded(DeclaredFilters):
    """Puts an added, changed or removed row into the audit log instead of Django's own.

    A form has no field for the reason. What was changed is told, never to what. These forms say who may
    do what: whoever sends one has proven a second factor lately.
    """

    admin_site: AdminSite

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and (asked := confirm(request, self.admin_site)):
            return asked
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return answer

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and (asked := confirm(request, self.admin_site)):
            return asked
        answer: HttpResponse = super().delete_view(request, object_id, extra_context)
        return answer

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # The question whether to delete what was chosen has been answered: django.contrib.admin.actions.
        deletes = request.POST.get("action") == "delete_selected" and "post" in request.POST
        if deletes and (asked := confirm(request, self.admin_site)):
            return asked
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Have boxes to tick: Django's two lists side by side cannot be used with a screen reader."""
        if db_field.remote_field.model is Permission:
            kwargs["form_class"] = RightsField
            kwargs["widget"] = Rights()
        else:
            kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Have the field alone: Django's signs beside it open windows, and only with scripts."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return self._record(request, "make", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        parts = message if isinstance(message, list) else []
        changed = [name for part in parts for name in part.get("changed", {}).get("fields", [])]
        return self._record(request, "change", obj, fields=changed)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return [self._record(request, "remove", obj) for obj in queryset]

    def _record(self, request: HttpRequest, what: str, obj: Model, **details: Any) -> Deed:
        assert isinstance(request.user, User)
        person = obj if isinstance(obj, User) else None
        if person is None:
            details["name"] = str(obj)
        return audit.record(
            f"{what} {'account' if person else obj._meta.model_name}",
            actor=request.user,
            role="staff",
            target=person,
            **details,
        )


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Recorded, GroupAdmin):
    """Groups of permissions."""

    sortable_by = ()
    search_help_text = _("Name")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, under its own name, as the others are."""
        context = {"title": capfirst(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

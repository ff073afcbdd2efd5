"""Filters of the staff's lists: those that an admin declares, among them those that a link brings
along, for one room or one person.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rooms.models import Room, User

# What Django's own filters of a field ask by: choices, days, whether there is one.
_ASKED_BY = ("", "__exact", "__isnull", "__gte", "__lt")


class DeclaredFilters(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin whose addresses take the filters it declares and no others.

    Django lets an address ask about any column of the table: by `?email__startswith=` a role would
    read, letter by letter, what its pages do not show.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return any(lookup in _names(declared) for declared in self._declared(request))

    def _declared(self, request: HttpRequest | None) -> Iterable[Any]:
        return self.list_filter if request is None else self.get_list_filter(request)


def _names(declared: Any) -> set[str]:
    """The parameters of an address that a filter takes."""
    if isinstance(declared, type) and issubclass(declared, admin.SimpleListFilter):
        return {declared.parameter_name or ""}
    field = declared if isinstance(declared, str) else declared[0]
    return {f"{field}{kind}" for kind in _ASKED_BY}


class LinkedFilter(admin.SimpleListFilter):
    """Narrows a list to the one thing a link named, and is not seen otherwise."""

    model: type[Model]

    def narrow(self, rows: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        return rows.filter(**{self.parameter_name or "": chosen})

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        if (value := self.value()) is None:
            return []
        return [(value, str(self.chosen) if self.chosen else gettext("there is none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return self.narrow(queryset, self.chosen) if self.chosen else queryset.none()

    @cached_property
    def chosen(self) -> Model | None:
        value = self.value() or ""
        if len(value) > 18 or not value.isdecimal():
            return None
        return self.model._default_manager.filter(pk=value).first()


class RoomFilter(LinkedFilter):
    title = _("room")
    parameter_name = "room"
    model = Room


class PersonFilter(LinkedFilter):
    """By a person; a list that has several kinds of them has a subclass for each."""

    title = _("person")
    parameter_name = "person"
    model = User


class UserFilter(PersonFilter):
    parameter_name = "user"


class LinkedIdFilter(LinkedFilter):
    """The same by a public id: what the audit log names things by. They may be gone by now."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        if (value := self.value()) is None:
            return []
        return [(value, str(self.chosen or value))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else self.narrow(queryset, value.replace("\0", ""))

    @cached_property
    def chosen(self) -> Model | None:
        value = (self.value() or "").replace("\0", "")
        return self.model._default_manager.filter(public_id=value).first()

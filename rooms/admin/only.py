"""Filters that a link brings along: a list narrowed to one room, one person."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _


class Only(admin.SimpleListFilter):
    """Narrows a list to the one thing a link named, and is not seen otherwise."""

    model: type[Model]

    def narrow(self, rows: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        return rows.filter(**{self.parameter_name or "": chosen})

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        if (value := self.value()) is None:
            return []
        return [(value, str(self.chosen) if self.chosen else _("there is none"))]

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


class OnlyId(Only):
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

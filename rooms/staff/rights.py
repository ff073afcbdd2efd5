"""Permissions to tick, under the kind of row that each is about: Django has one list of a hundred."""

from typing import Any

from django.contrib.auth.models import Permission
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.utils.text import capfirst


class _Right(str):
    """What a permission allows, "view", about a `kind` of row."""

    kind: str


class Rights(CheckboxSelectMultiple):
    """Boxes that templates/admin/includes/fieldset.html folds by the kind of their label."""

    by_kind = True


class RightsField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Every permission, those about one kind of row one after the other."""

    widget = Rights

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self.queryset is not None
        rows = self.queryset.select_related("content_type")
        self.queryset = rows.order_by("content_type__app_label", "content_type__model", "pk")

    def label_from_instance(self, obj: Any) -> str:
        assert isinstance(obj, Permission)
        name = str(obj.content_type.name)
        right = _Right(obj.name.removeprefix("Can ").removesuffix(f" {name}"))
        right.kind = capfirst(name)
        return right

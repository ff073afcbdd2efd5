"""The one form there is: a name, and a room to make or to come into."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rooms.errors import BadName, ChatError, RoomNotFound
from rooms.models import Room

GRACES = (
    (600, _("10 minutes")),
    (3600, _("1 hour")),
    (86_400, _("1 day")),
    (604_800, _("1 week")),
)


class EntryForm(forms.Form):
    """What the visitor typed. Names and codes are judged by the verbs, which say why not."""

    name = forms.Field(required=False)
    code = forms.Field(required=False)
    title = forms.CharField(required=False, max_length=Room._meta.get_field("title").max_length)
    grace = forms.TypedChoiceField(
        required=False,
        choices=GRACES,
        coerce=int,
        empty_value=None,
        error_messages={
            "invalid_choice": pgettext_lazy("how long", "Please choose one of these times.")
        },
    )

    @property
    def joining(self) -> bool:
        """Whether a room is to be joined rather than made.

        The Enter key presses no button in particular: then the code says what was meant.
        """
        if "join" in self.data or "create" in self.data:
            return "join" in self.data
        return bool(self.data.get("code", "").strip())

    def refuse(self, refusal: ChatError) -> None:
        """Put a verb's refusal next to the field it is about."""
        field = {BadName: "name", RoomNotFound: "code"}.get(_kind(refusal))
        self.add_error(field, refusal.message)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = {**self.cleaned_data}
        cleaned["name"] = cleaned.get("name") or ""
        cleaned["code"] = cleaned.get("code") or ""
        return cleaned


def _kind(refusal: ChatError) -> type[ChatError] | None:
    return next((kind for kind in (BadName, RoomNotFound) if isinstance(refusal, kind)), None)

"""Signing in with a name and a password, and not for those who try one after the other."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext

from rooms import addresses, devices, limits
from rooms.errors import RateLimited

# Characters. No account has more: what is longer is not looked at.
USERNAME_MAX, PASSWORD_MAX = 150, 1024


class Bounded:
    """A form of Django's with a bound on what is typed into it, judged before anything is hashed."""

    bounds: ClassVar[Mapping[str, int]] = {
        "username": USERNAME_MAX,
        "password": PASSWORD_MAX,
        "old_password": PASSWORD_MAX,
        "new_password1": PASSWORD_MAX,
        "new_password2": PASSWORD_MAX,
        "password1": PASSWORD_MAX,
        "password2": PASSWORD_MAX,
    }
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.bounds.keys() & self.fields.keys():
            self.fields[name].validators.append(MaxLengthValidator(self.bounds[name]))


class Throttled(Bounded, AuthenticationForm):
    """Django's form, which takes as long for a name that nobody has as for a wrong password.

    After too many wrong ones it looks at none for a while, right or wrong: `retry_after` then says
    for how many seconds, and the page that shows the form answers 429.
    """

    retry_after: float | None = None

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        name = self.cleaned_data.get("username") or ""
        address = addresses.of_request(self.request) if self.request else ""
        device = devices.of_name(self.request, name) if self.request else ""
        try:
            with limits.log_in(address=address, name=name, device=device):
                return super().clean()
        except RateLimited as refusal:
            self.retry_after = refusal.retry_after or 1.0
            raise ValidationError(
                gettext("Too many wrong passwords. Please try again in %(seconds)d seconds.")
                % {"seconds": self.retry_after + 0.999},
                code="throttled",
            ) from None

"""Signing in with a name and a password, and not for those who try one after the other."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from rooms import addresses, limits
from rooms.errors import RateLimited


class Throttled(AuthenticationForm):
    """Django's form, which takes as long for a name that nobody has as for a wrong password.

    After too many wrong ones it looks at none for a while, right or wrong: `retry_after` then says
    for how many seconds, and the page that shows the form answers 429.
    """

    retry_after: float | None = None

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username") or ""
        address = addresses.of_request(self.request) if self.request else ""
        try:
            with limits.log_in(address=address, name=name):
                return super().clean()
        except RateLimited as refusal:
            self.retry_after = refusal.retry_after or 1.0
            raise ValidationError(
                gettext("Too many wrong passwords. Please try again in %(seconds)d seconds.")
                % {"seconds": self.retry_after + 0.999},
                code="throttled",
            ) from None

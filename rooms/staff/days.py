"""A span of days, and the form that asks for one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DAYS = 30
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, from the first through the last."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)

    @property
    def days(self) -> list[datetime]:
        number = (self.last - self.first).days + 1
        return [self.begin + timedelta(days=n) for n in range(number)]

    def before(self) -> "Span":
        """Return as many days that end where this begins."""
        length = timedelta(days=len(self.days))
        return Span(self.first - length, self.last - length)

    @classmethod
    def latest(cls, days: int = DAYS) -> "Span":
        today = timezone.now().astimezone(UTC).date()
        return cls(today - timedelta(days=days - 1), today)


class SpanForm(forms.Form):
    """Two days. What is missing is that of the latest thirty days."""

    first = forms.DateField(
        required=False,
        label=pgettext_lazy("a span of days", "From"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        required=False,
        label=pgettext_lazy("a span of days", "Through"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        last = found.get("last") or Span.latest().last
        first = found.get("first") or max(date(1970, 1, 1), last - timedelta(days=DAYS - 1))
        if "first" in self.errors or "last" in self.errors:
            return found
        if first.year < 1970 or last.year > 9000:
            raise forms.ValidationError(_("Choose days from 1970 on."), code="days")
        if first > last:
            raise forms.ValidationError(
                _("The first day must not be after the last one."), code="order"
            )
        if (last - first).days >= MOST_DAYS:
            raise forms.ValidationError(
                _("Choose %(most)s days at the most."), code="long", params={"most": MOST_DAYS}
            )
        return {"span": Span(first, last)}

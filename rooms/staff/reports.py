"""Reports: read with what was said around them, acted on, settled."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history import file_words
from history.models import Message
from history.wire import WireFile
from rooms import codes
from rooms.actions import reports
from rooms.models import Report, Room, Seconding, User
from rooms.staff import excerpt
from rooms.staff.base import (
    Order,
    StaffAdmin,
    Text,
    Verb,
    Way,
    deeds,
    link,
    listing,
    way,
    written,
)
from rooms.staff.filters import PersonFilter, RoomFilter
from rooms.staff.messages import DELETE
from rooms.staff.people import BAN
from rooms.staff.rooms import CLOSE
from rooms.staff.sent import in_words, shown
from rooms.staff.table import NOTHING

_EXCERPT = 120
_USUAL = '<span class="is-usual">{}</span>'
# Others who reported the same, on a report's page.
_OTHERS = 50


class ReporterFilter(PersonFilter):
    title = _("reporter")
    parameter_name = "reporter"

    def narrow(self, rows: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        return self.of(rows, chosen)

    @staticmethod
    def of(rows: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        """Return the reports that somebody made, or seconded."""
        seconded = Seconding.objects.filter(reporter=chosen).values("report")
        return rows.filter(Q(reporter=chosen) | Q(pk__in=seconded))


def _through(verb: Verb, find: Callable[[Report], Any], label: Text | None = None) -> Verb:
    """The verb, done to what a report is about. To do it is to uphold the report.

    `label` says what it is done to, where the verb's own leaves that to the page it stands on.
    """

    def applies(request: HttpRequest, report: Report) -> bool:
        row = find(report)
        return row is not None and verb.applies(request, row)

    def perform(order: Order, report: Report) -> bool:
        row = find(report)
        if not verb.perform(order, row):
            return False
        verb.record(order, row, report=report.pk)
        note = f"{label or verb.label}. {order.reason}"[:500]
        reports.settle(report=report, by=order.by, upheld=True, note=note)
        return True

    def name_of(report: Report) -> str:
        return verb.name_of(find(report))

    return replace(
        verb,
        applies=applies,
        perform=perform,
        whom=None,
        label=label or verb.label,
        name_of=name_of,
    )


def _message(report: Report) -> Message | None:
    if report.seq is None:
        return None
    found = Message.objects.filter(stream=report.room.stream_id, seq=report.seq)
    return found.select_related("author", "stream__room").first()


def _uphold(order: Order, report: Report) -> bool:
    return reports.settle(report=report, by=order.by, upheld=True, note=order.reason)


def _dismiss(order: Order, report: Report) -> bool:
    return reports.settle(report=report, by=order.by, upheld=False, note=order.reason)


def _reopen(order: Order, report: Report) -> bool:
    return reports.reopen(report=report, by=order.by, note=order.reason)


UPHOLD = Verb(
    name="uphold",
    done="uphold report",
    label=_("Uphold"),
    about=_(
        "The report was right. Others who reported the same are answered with it. By itself this "
        "does nothing to the message or the person."
    ),
    permission="rooms.change_report",
    applies=lambda request, report: report.state == Report.State.OPEN,
    perform=_uphold,
    whom=None,
    decides=True,
    follows=_(
        "Upholding says that the report was right. It does nothing to the message or the person."
    ),
)
DISMISS = Verb(
    name="dismiss",
    done="dismiss report",
    label=_("Dismiss"),
    about=_("There is nothing to be done. Others who reported the same are answered with it."),
    permission="rooms.change_report",
    applies=lambda request, report: report.state == Report.State.OPEN,
    perform=_dismiss,
    whom=None,
)
REOPEN = Verb(
    name="reopen",
    done="reopen report",
    label=_("Reopen"),
    about=_("The report is open again. What was done stays done."),
    permission="rooms.change_report",
    applies=lambda request, report: report.state != Report.State.OPEN,
    perform=_reopen,
    whom=None,
    needs_reason=False,
)


@admin.register(Report)
class ReportAdmin(StaffAdmin):
    verbs = (
        UPHOLD,
        DISMISS,
        _through(DELETE, _message, _("Delete the message")),
        _through(BAN, lambda report: report.person),
        _through(CLOSE, lambda report: report.room),
        REOPEN,
    )
    list_display = (
        "number",
        "about",
        "reason",
        "state",
        "reporters",
        "against",
        "in_room",
        "created_at",
    )
    list_display_links = ("about",)
    sorted_by = "number"
    list_filter = ("state", "reason", "created_at", RoomFilter, PersonFilter, ReporterFilter)
    search_fields = ("comment", "note", "person__display_name", "room__code")
    search_help_text = _("Name or id of the person, code of the room, comment or note")
    readonly_fields = (
        "state",
        "about",
        "against",
        "in_room",
        "told_by",
        "seconded_by",
        "created_at",
        "surroundings",
        "handled_by",
        "handled_at",
        "note",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        rows: QuerySet[Report] = super().get_queryset(request)
        return rows.select_related("room", "person", "reporter", "handled_by")

    def get_fieldsets(self, request: HttpRequest, obj: Report | None = None) -> Any:
        """Return what is reported, what was said, and what was done about it, where there is any."""
        assert obj is not None  # nobody adds one here
        others = ["seconded_by"] if obj.count > 1 else []
        about = [] if obj.excerpt else ["about"]
        facts = [*about, "against", "in_room", "told_by", *others, "created_at", "state"]
        sets: list[tuple[Text | None, dict[str, list[str]]]] = [(None, {"fields": facts})]
        if obj.state != Report.State.OPEN:
            sets.append((_("What was done"), {"fields": ["note", "handled_by", "handled_at"]}))
        if obj.excerpt:
            sets.append((_("What was said"), {"fields": ["surroundings"]}))
        return sets

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Report], search_term: str
    ) -> tuple[QuerySet[Report], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        people = User.objects.filter(Q(name_key__called=text) | Q(public_id=text))
        found = Q(comment__folded=text) | Q(note__folded=text) | Q(person__in=people)
        if code := codes.normalize(text):
            found |= Q(room__in=Room.objects.filter(code=code))
        return queryset.filter(found), False

    def links(self, row: Report) -> Iterable[Way]:
        if message := _message(row):
            yield way(message, _("The message"))
        yield Way(_("Messages in this room"), listing(Message, room=row.room_id))
        if row.person:
            against = Report.objects.filter(person=row.person).count()
            yield Way(
                _("Reports about this person"), listing(Report, person=row.person.pk), against
            )
            yield Way(_("Audit log of this person"), deeds(row.person) or "")
        if row.reporter:
            told = ReporterFilter.of(Report.objects.all(), row.reporter).count()
            there = listing(Report, reporter=row.reporter.pk)
            yield Way(_("Reports by this reporter"), there, told)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page begins with the words that it is about."""
        if row := kwargs.get("obj"):
            context["comment"] = row.comment
            context["said"], files = _reported(row)
            context["sent"] = in_words(files)
        return super().render_change_form(request, context, *args, **kwargs)

    def heading(self, row: Report) -> str:
        """Return "Report 3: Spam"."""
        reason = capfirst(row.get_reason_display())
        return gettext("Report %(number)d: %(reason)s") % {"number": row.pk, "reason": reason}

    def above_grave(self, row: Report) -> str:
        is_open = row.state == Report.State.OPEN
        return (
            gettext("Or take action (this upholds the report)")
            if is_open
            else super().above_grave(row)
        )

    def describe(self, row: Report) -> str:
        said, files = _reported(row)
        words = f"“{said}” {file_words.of(files)}" if said else file_words.of(files)
        about = f"#{row.seq} {words}" if row.seq is not None else ""
        return f"{row.get_reason_display().capitalize()}: {row.person} in {row.room} {about}"

    def reason_for(self, verb: Verb, rows: Sequence[Report]) -> str:
        told = {Report.Reason(row.reason) for row in rows}
        if verb in (DISMISS, REOPEN) or len(told) > 1 or Report.Reason.OTHER in told:
            return ""
        return str(told.pop().label).capitalize()

    @admin.display(description=_("report"))
    def number(self, report: Report) -> int:
        """The number that its page and the audit log call it by."""
        return report.pk

    @admin.display(description=_("about"))
    def about(self, report: Report) -> SafeString | str:
        if report.seq is None:
            return str(_("The person"))
        return shown(*_reported(report), limit=_EXCERPT)

    @admin.display(description=_("person"))
    def against(self, report: Report) -> SafeString | str:
        return link(report.person)

    @admin.display(description=_("room"))
    def in_room(self, report: Report) -> SafeString | str:
        return link(report.room)

    @admin.display(description=_("reporters"))
    def reporters(self, report: Report) -> int | SafeString:
        """How many; one is what most have, which a list on a phone leaves out."""
        return report.count if report.count > 1 else format_html(_USUAL, 1)

    @admin.display(description=_("reporter"))
    def told_by(self, report: Report) -> SafeString | str:
        return link(report.reporter)

    @admin.display(description=_("also reported by"))
    def seconded_by(self, report: Report) -> SafeString | str:
        """The others who reported the same, with what they said."""
        others = list(report.secondings.select_related("reporter").order_by("pk")[:_OTHERS])
        if not others:
            return NOTHING
        lines = (
            (link(other.reporter), other.get_reason_display(), written(other.comment))
            for other in others
        )
        left = report.count - 1 - len(others)
        more = format_html("<li>{}</li>", _("and %d more") % left) if left > 0 else ""
        line = '<li>{} <span class="quiet">{}</span> {}</li>'
        return format_html(
            '<ol class="staff-log">{}{}</ol>', format_html_join("", line, lines), more
        )

    @admin.display(description=_("what was said"))
    def surroundings(self, report: Report) -> SafeString | str:
        """The log around it as it was when it was reported, whatever became of it since."""
        if not report.excerpt:
            return NOTHING
        return excerpt.drawn(report.excerpt, reported=report.seq)


def _reported(report: Report) -> tuple[str, Sequence[WireFile]]:
    """Return the text and the files of the message that was reported, as they were then."""
    found = (m for m in report.excerpt if m["seq"] == report.seq)
    return next(((m["body"], m.get("files", ())) for m in found), ("", ()))

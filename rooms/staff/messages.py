"""Messages: found by text, author, room or time, and deleted.

Here and not with history, which has them: what is deleted must vanish from the open rooms too, and
that is the rooms' verb.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history import markup, wire
from history.log import files
from history.models import Message, Revision
from history.search import everywhere
from rooms import codes
from rooms.actions import messages
from rooms.models import Report, Room, User
from rooms.staff import excerpt as excerpts
from rooms.staff import paging
from rooms.staff.base import Order, StaffAdmin, Verb, Way, link, listing, moment, written
from rooms.staff.filters import PersonFilter, RoomFilter
from rooms.staff.sent import in_words, linked, shown
from rooms.staff.table import NOTHING

_EXCERPT = 120
# Messages before a message, and after it, on its page.
_AROUND = 5
# Messages without a text.
_COMINGS = (Message.Kind.JOIN, Message.Kind.LEAVE)
# So many people or rooms of what is searched for are looked up.
_NAMED = 1000


class DeletedFilter(admin.SimpleListFilter):
    title = _("deleted")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(deleted_at__isnull=self.value() == "no")
        return queryset


class KindFilter(admin.SimpleListFilter):
    """What people wrote, or what the log says of the room."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("chat", _("Messages")), ("notice", _("Notices"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        match self.value():
            case "chat":
                return queryset.filter(kind=Message.Kind.CHAT)
            case "notice":
                return queryset.filter(kind__in=(*_COMINGS, Message.Kind.NOTICE))
        return queryset


class StreamFilter(RoomFilter):
    def narrow(self, rows: QuerySet[Any], chosen: Room) -> QuerySet[Any]:
        return rows.filter(stream=chosen.stream_id)


class AuthorFilter(PersonFilter):
    title = _("author")
    parameter_name = "author"


def _delete(order: Order, message: Message) -> bool:
    return messages.delete(message=message, by=order.by)


DELETE = Verb(
    name="delete",
    done="delete message",
    label=_("Delete"),
    about=_(
        "The text disappears, from the open room at once, and is erased for good after a day. The "
        "message keeps its place, where it says that it was deleted."
    ),
    permission="history.delete_message",
    is_grave=True,
    applies=lambda request, message: message.kind == Message.Kind.CHAT and not message.is_deleted,
    perform=_delete,
    whom=lambda message: {
        "room": message.stream.room,
        "target": message.author,
        "seq": message.seq,
    },
)


def _restore(order: Order, message: Message) -> bool:
    return messages.restore(room=message.stream.room, seq=message.seq)


def _is_kept(message: Message) -> bool:
    """Return True if a deleted text can still be put back."""
    return message.is_deleted and message.revisions.filter(cause=Revision.Cause.REMOVAL).exists()


RESTORE = Verb(
    name="restore",
    done="undo delete message",
    label=_("Restore the text"),
    about=_("The message is in the room again as it was."),
    permission="history.delete_message",
    applies=lambda request, message: _is_kept(message),
    perform=_restore,
    whom=DELETE.whom,
    needs_reason=False,
)


@admin.register(Message)
class MessageAdmin(StaffAdmin):
    verbs = (DELETE, RESTORE)
    list_display = ("excerpt", "said_by", "place", "at")
    list_display_links = ("excerpt",)
    sorted_by = "at"
    list_filter = (KindFilter, "at", DeletedFilter, StreamFilter, AuthorFilter)
    list_select_related = ("author", "stream__room")
    search_fields = ("body", "author__display_name", "stream__room__code")
    search_help_text = _("Words, “phrases” or *parts*; an author’s name, a room’s code")
    fields = (
        "said_by",
        "in_room",
        "at",
        "event",
        "sent_files",
        "earlier",
        "edited_at",
        "deleted_at",
        "erased_by",
    )
    readonly_fields = (*fields, "surroundings")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("author", "stream__room", "deleted_by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Words by their index; authors and rooms in their own tables, and named if there are any.

        Joined, or as conditions that nothing meets, they would be looked for in every message.
        """
        text = search_term.strip()
        if not text:
            return queryset, False
        terms = everywhere.terms(text)
        if not terms:
            found = Q(body__folded=text)
        elif queryset.query.where:
            found = Q(pk__in=everywhere.ids(terms))
        else:
            found = Q(pk__in=everywhere.newest(terms, paging.FIND_LIMIT + 1))
        named = User.objects.filter(name_key__called=text).values_list("pk", flat=True)
        if people := list(named[:_NAMED]):
            found |= Q(author__in=people)
        if code := codes.normalize(text):
            streams = Room.objects.filter(code=code).values_list("stream", flat=True)
            if known := list(streams[:_NAMED]):
                found |= Q(stream__in=known)
        return queryset.filter(found), False

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> Any:
        may_look_back = request.user.has_perm("history.view_revision")
        return [name for name in self.fields if name != "earlier" or may_look_back]

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        """Return what is known of a message, and what was said around it."""
        around = (_("What was said around it"), {"fields": ["surroundings"]})
        return [(None, {"fields": self.get_fields(request, obj)}), around]

    def links(self, row: Message) -> Iterable[Way]:
        yield Way(_("Messages in this room"), listing(Message, room=row.stream.room.pk))
        if row.author:
            yield Way(_("Messages by this person"), listing(Message, author=row.author.pk))
        yield Way(_("Reports"), listing(Report, room=row.stream.room.pk, seq=row.seq))

    def heading(self, row: Message) -> str:
        return gettext("Message %(number)s") % {"number": row}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the message's text at the top of its page."""
        if row := kwargs.get("obj"):
            context["is_gone"] = row.is_deleted or row.kind in _COMINGS
            context["said"] = self.excerpt(row) if context["is_gone"] else row.text
            context["sent"] = "" if context["is_gone"] else in_words(row.files or ())
        return super().render_change_form(request, context, *args, **kwargs)

    def describe(self, row: Message) -> str:
        return f"{row.stream.room} {row}, {row.author}: {row.text}"

    @admin.display(description=_("room"))
    def in_room(self, message: Message) -> SafeString | str:
        return link(message.stream.room)

    @admin.display(description=_("room"))
    def place(self, message: Message) -> SafeString:
        """The room, and the message's number in it."""
        number = format_html('<span class="quiet">{}</span>', str(message))
        return format_html("{} {}", link(message.stream.room), number)

    @admin.display(description=_("kind"))
    def event(self, message: Message) -> str:
        """Return "notice" for a notice; the texts of other messages show their kind."""
        return message.get_kind_display() if message.kind == Message.Kind.NOTICE else NOTHING

    @admin.display(description=_("author"))
    def said_by(self, message: Message) -> SafeString | str:
        return link(message.author)

    @admin.display(description=_("text"))
    def excerpt(self, message: Message) -> Any:
        if message.is_deleted:
            return format_html('<span class="is-event">{}</span>', _("(deleted)"))
        if message.kind in _COMINGS:
            return format_html('<span class="is-event">{}</span>', message.get_kind_display())
        text = markup.plain(message.text, message.html)
        if message.kind == Message.Kind.NOTICE:
            return format_html('<span class="is-event">{}</span>', written(text, limit=_EXCERPT))
        return shown(text, message.files or (), limit=_EXCERPT)

    @admin.display(description=_("files"))
    def sent_files(self, message: Message) -> SafeString | str:
        """Return links to its files: of a deleted message, as long as they are kept."""
        return linked(files.of_message(message))

    @admin.display(description=_("earlier texts"))
    def earlier(self, message: Message) -> SafeString | str:
        """Return its texts before it was edited, or removed by a moderator, newest first."""
        rows = message.revisions.order_by("-pk")
        lines = (
            (
                revision.get_cause_display(),
                moment(revision.at),
                written(revision.body),
            )
            for revision in rows
        )
        line = '<li><span class="quiet">{}, {}:</span> {}</li>'
        return (
            format_html('<ol class="staff-log">{}</ol>', format_html_join("", line, lines))
            if rows
            else NOTHING
        )

    @admin.display(description=_("what was said around it"))
    def surroundings(self, message: Message) -> SafeString:
        """The log around it as it is now: what was deleted is not shown."""
        log = Message.objects.filter(stream=message.stream_id).select_related("author")
        before = log.filter(seq__lte=message.seq).order_by("-seq")[: _AROUND + 1]
        after = log.filter(seq__gt=message.seq).order_by("seq")[:_AROUND]
        rows = [wire.from_row(row) for row in [*reversed(before), *after]]
        return excerpts.drawn(rows, shown=message.seq)

    @admin.display(description=_("deleted by"))
    def erased_by(self, message: Message) -> SafeString | str:
        return link(message.deleted_by)

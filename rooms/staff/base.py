"""The common base of the staff admin's pages: long lists that stay fast, and verbs.

Nothing is added, changed or deleted here but by the verbs everything else uses too, so that what a
moderator does is in the log and in the open rooms. Each verb is asked about first, with the reason,
and is put into the audit log by the transaction that does it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Model, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from history.errors import Text as Words
from rooms import audit
from rooms.errors import ChatError
from rooms.models import Deed, User
from rooms.staff import menu
from rooms.staff.confirming import confirm
from rooms.staff.filters import DeclaredFilters
from rooms.staff.paging import KeyChangeList, KeyPaginator
from rooms.staff.table import NOTHING

# What is shown: translated when it is.
Text = str | Promise

# Rows one verb is done to at once. Each is a transaction, and somebody waits for the page.
VERB_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """That somebody of the staff wants something done, and why.

    `told` is the reason, if those it is done to are to be told.
    """

    by: User
    reason: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something staff does to a row.

    `name` is part of the address (…/7/close/) and of the action (close_selected), `done` is what
    the audit log calls it; `about` says what it will mean to people, `tells` offers to tell them
    the reason; `asks` and `about_one`, if there are any, are the heading and the explanation for a single
    row, each with {name}, which `name_of` returns; `decides` makes its button the page's primary one;
    `is_grave` sets it apart from the others, and asks for the second factor again if it is done to
    several rows; `confirms` asks for it in any case; `follows` says below its button on a row's page what
    comes of it. `perform` returns False if there was nothing left to do, and may raise ChatError. `whom` is
    room, target and details of the audit log's entry; None: the verb has written its own.
    """

    name: str
    done: str
    label: Text
    about: Text
    permission: str
    applies: Callable[[HttpRequest, Any], bool]
    perform: Callable[[Order, Any], bool]
    whom: Callable[[Any], dict[str, Any]] | None
    needs_reason: bool = True
    tells: Text = ""
    asks: Text = ""
    about_one: Text = ""
    name_of: Callable[[Any], str] = str
    decides: bool = False
    follows: Text = ""
    is_grave: bool = False
    confirms: bool = False

    def needs_proof(self, rows: Sequence[Any]) -> bool:
        """Return True if whoever does it to these rows has to have proven a second factor lately."""
        return self.confirms or (self.is_grave and len(rows) > 1)

    def question(self, rows: Sequence[Any]) -> tuple[str | SafeString, str | SafeString]:
        """Return the heading of the question whether it is meant, and what it means: of one row by name."""
        if len(rows) != 1 or not self.asks:
            return str(self.label), str(self.about)
        name = written(self.name_of(rows[0]))
        return format_html(str(self.asks), name=name), format_html(str(self.about_one), name=name)

    def record(self, order: Order, row: Any, **details: Any) -> None:
        """Put it into the audit log as done."""
        if self.whom is not None:
            audit.record(
                self.done,
                actor=order.by,
                role="staff",
                reason=order.reason,
                **self.whom(row),
                **details,
            )


class Way(NamedTuple):
    """A way from a row's page to others, and how many there are, if that is known."""

    label: Text
    address: str
    total: int | None = None


class StaffAdmin(DeclaredFilters):
    """A list and a page of rows that only verbs change."""

    verbs: ClassVar[Sequence[Verb]] = ()
    paginator = KeyPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count the whole table for each choice
    sortable_by = ()
    ordering = ("-pk",)
    # The column that is in the order of the list, which is that of the keys, newest first; "" if none is.
    sorted_by: ClassVar[str] = ""

    def links(self, row: Any) -> Iterable[Way]:
        """Return the ways from a row's page."""
        return ()

    def describe(self, row: Any) -> str:
        """A row, in the question whether it is meant."""
        return str(row)

    def heading(self, row: Any) -> str:
        """What a row is called above its page, whose facts do not repeat it, and on the way back to it."""
        return str(row)

    def above_grave(self, row: Any) -> str:
        """What is above the grave verbs of a row, where there are others above them."""
        return _("More")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeyChangeList]:
        return KeyChangeList

    def _name_of_list(self) -> str:
        return menu.name_of(self.opts)

    # Verbs ----------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<int:pk>/{verb.name}/",
                self.admin_site.admin_view(self._verb_view(verb)),
                name=f"{name}_{verb.name}",
            )
            for verb in self.verbs
        ]
        return [*own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        own = {
            f"{verb.name}_selected": (self._verb_action(verb), f"{verb.name}_selected", verb.label)
            for verb in self.verbs
            if request.user.has_perm(verb.permission)
        }
        return {**super().get_actions(request), **own}

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None
    ) -> list[tuple[str, str]]:
        first = [("", _("Choose an action"))]
        return super().get_action_choices(request, default_choices or first)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, under its own name: most of what is in it is not for choosing."""
        context = {"title": self._name_of_list(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if row := kwargs.get("obj"):
            context["title"] = capfirst(str(self.opts.verbose_name))
            context["list_name"] = self._name_of_list()
            context["heading"] = self.heading(row)
            context["above_grave"] = self.above_grave(row)
            context["links"] = self.links(row)
            context["verbs"] = [
                verb
                for verb in self.verbs
                if request.user.has_perm(verb.permission) and verb.applies(request, row)
            ]
            context["decisions"] = [verb for verb in context["verbs"] if not verb.is_grave]
            context["grave"] = [verb for verb in context["verbs"] if verb.is_grave]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was done to a row is in the audit log, with all the rest."""
        row = self.get_object(request, object_id)
        if row is None or (there := deeds(row)) is None:
            raise Http404
        return HttpResponseRedirect(there)

    def _verb_view(self, verb: Verb) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            row = self.get_object(request, str(pk))
            if row is None:
                raise Http404
            if not request.user.has_perm(verb.permission) or not self.has_view_permission(request):
                raise PermissionDenied
            there = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
            if request.method == "POST":
                if verb.needs_proof([row]) and (asked := confirm(request, self.admin_site)):
                    return asked
                if self._perform(request, verb, [row]):
                    return HttpResponseRedirect(there)
            return self._ask(request, verb, [row], back=there, place=self.heading(row))

        return view

    def _verb_action(self, verb: Verb) -> Callable[..., HttpResponse | None]:
        def action(
            page: StaffAdmin, request: HttpRequest, rows: QuerySet[Any]
        ) -> HttpResponse | None:
            chosen = list(rows[: VERB_LIMIT + 1])
            if len(chosen) > VERB_LIMIT:
                text = _("No more than %(limit)d at a time, please.") % {"limit": VERB_LIMIT}
                self.message_user(request, text, messages.ERROR)
                return None
            if "confirmed" in request.POST:
                if verb.needs_proof(chosen) and (asked := confirm(request, self.admin_site)):
                    return asked
                if self._perform(request, verb, chosen):
                    return None
            return self._ask(
                request, verb, chosen, back=request.get_full_path(), place=self._name_of_list()
            )

        return action

    def _ask(
        self, request: HttpRequest, verb: Verb, rows: Sequence[Any], *, back: str, place: str
    ) -> HttpResponse:
        asked_before = "confirmed" in request.POST
        heading, about = verb.question(rows)
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "list_name": self._name_of_list(),
            "opts": self.opts,
            "verb": verb,
            "heading": heading,
            "about": about,
            "rows": [(row.pk, self.describe(row)) for row in rows],
            "reason": self.reason_for(verb, rows),
            "reason_max": Deed._meta.get_field("reason").max_length,
            "reason_missing": asked_before,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": back,
            "place": place,
        }
        return TemplateResponse(request, "admin/ask.html", context)

    def reason_for(self, verb: Verb, rows: Sequence[Any]) -> str:
        """A reason to begin with."""
        return ""

    def _perform(self, request: HttpRequest, verb: Verb, rows: Sequence[Any]) -> bool:
        """Do it to each, for the reason that came with the request. False if that is missing."""
        limit = Deed._meta.get_field("reason").max_length
        reason = request.POST.get("reason", "").replace("\0", "").strip()[:limit]
        if verb.needs_reason and not reason:
            return False
        told = reason if verb.tells and "tell" in request.POST else ""
        assert isinstance(request.user, User)
        order = Order(by=request.user, reason=reason, told=told)
        done = 0
        for row in rows:
            try:
                with transaction.atomic():
                    if verb.applies(request, row) and verb.perform(order, row):
                        verb.record(order, row)
                        done += 1
            except ChatError as refusal:
                self.message_user(request, f"{row}: {refusal.message}", messages.ERROR)
        if done:
            text = _("%(verb)s: %(count)d done.") % {"verb": verb.label, "count": done}
            self.message_user(request, text, messages.SUCCESS)
        if rest := len(rows) - done:
            text = _("%(verb)s: %(count)d unchanged.") % {"verb": verb.label, "count": rest}
            self.message_user(request, text, messages.WARNING)
        return True


def moment(at: datetime | None) -> str:
    """Return a time, or that there is none, as Django writes those of columns."""
    if at is None:
        return NOTHING
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


def dated(field: str, title: Words) -> Callable[[Any, Any], SafeString | str]:
    """Return the column of a time under the word that all of these pages have for it.

    Django calls it by the name of the model's field.
    """

    @admin.display(description=title)
    def at(page: Any, row: Any) -> SafeString | str:
        when: datetime | None = getattr(row, field)
        if when is None:
            return NOTHING
        return format_html('<span class="nowrap">{}</span>', moment(when))

    return at


def written(text: str, *, limit: int = 0) -> SafeString:
    """Return a text that a person wrote, set apart so that its direction stays its own."""
    shown = f"{text[:limit]}…" if limit and len(text) > limit else text
    return format_html('<bdi dir="auto">{}</bdi>', shown)


def way(row: Model, label: Text = "") -> Way:
    """Return the way to a row's page, under its own name if it is given no other."""
    return Way(label or str(row), address(row))


def link(row: Model | None, text: str = "") -> SafeString | str:
    """The way to a row's page in the admin."""
    if row is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', address(row), written(text or str(row)))


def address(row: Model) -> str:
    """The address of a row's page in the admin."""
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def listing(model: type[Model], **filters: object) -> str:
    """The address of a model's list, narrowed down."""
    meta = model._meta
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{query}"


def deeds(row: Any) -> str | None:
    """The address of what was done to a row: a room or a person."""
    column = {"room": "room_id", "user": "target_id"}.get(row._meta.model_name)
    return listing(Deed, **{column: row.public_id}) if column else None


def count(rows: QuerySet[Any], by: str) -> Coalesce:
    """Count the rows that belong to one outer row: a subquery for each row that is shown."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)

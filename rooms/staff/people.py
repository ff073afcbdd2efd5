"""People: guests and registered ones, shut out and let in again; staff accounts."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history.models import Message
from rooms import factors, openid
from rooms.actions import factors as proofs
from rooms.actions import sign_ins, site_bans
from rooms.login import Bounded
from rooms.models import Membership, Report, User
from rooms.staff.base import (
    Order,
    StaffAdmin,
    Text,
    Verb,
    Way,
    count,
    dated,
    deeds,
    link,
    listing,
    written,
)
from rooms.staff.confirming import confirm
from rooms.staff.recorded import Recorded
from rooms.staff.table import NOTHING


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("guest", _("Guests")),
            ("registered", _("Registered")),
            ("bot", _("Bots")),
            ("staff", _("Staff")),
            ("banned", _("Banned")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "guest":
                return queryset.filter(is_guest=True, is_bot=False, erased_at=None)
            case "registered":
                return queryset.filter(is_guest=False)
            case "bot":
                return queryset.filter(is_bot=True, erased_at=None)
            case "staff":
                return queryset.filter(is_staff=True)
            case "banned":
                return queryset.filter(is_active=False, erased_at=None)
        return queryset


class CreatedFilter(admin.DateFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("created")


# Help texts of an account's fields.
_HINTS: dict[str, Text] = {
    "username": _("To sign in with; others do not see it. Letters, digits and @ . + - _"),
    "is_active": _("Without it the person is banned from the site."),
    "is_staff": _("May sign in to these pages, and do here what the permissions below allow."),
    "is_superuser": _("May do everything here, whatever the permissions below say."),
    "groups": _("Whoever is in a group has its permissions."),
    "user_permissions": "",
}


def _may_judge(request: HttpRequest, user: User) -> bool:
    """Nobody judges themselves, and staff is judged by superusers."""
    judge = request.user
    return user.pk != judge.pk and (not user.is_staff or bool(getattr(judge, "is_superuser", 0)))


def _ban(order: Order, user: User) -> bool:
    site_bans.ban(user=user)
    return True


def _unban(order: Order, user: User) -> bool:
    site_bans.unban(user=user)
    return True


BAN = Verb(
    name="ban",
    done="ban from site",
    label=_("Ban from the site"),
    about=_(
        "They will be removed from every room immediately and can’t come back until the ban is lifted. "
        "Their messages stay. Guests have no account: they may return as new guests."
    ),
    asks=_("Ban {name} from the site?"),
    about_one=_(
        "{name} will be removed from every room immediately and can’t come back until the ban is lifted. "
        "Their messages stay. Guests have no account: they may return as new guests."
    ),
    permission="rooms.change_user",
    is_grave=True,
    applies=lambda request, user: user.is_active and _may_judge(request, user),
    perform=_ban,
    whom=lambda user: {"target": user},
)
UNBAN = Verb(
    name="unban",
    done="lift site ban",
    label=_("Lift the ban"),
    about=_("The ban is lifted. Memberships are as they were."),
    permission="rooms.change_user",
    applies=lambda request, user: (
        not user.is_active and user.erased_at is None and _may_judge(request, user)
    ),
    perform=_unban,
    whom=lambda user: {"target": user},
    needs_reason=False,
)


def _take_factors(order: Order, user: User) -> bool:
    return proofs.take_away(user=user)


def _may_take_factors(request: HttpRequest, user: User) -> bool:
    is_superuser = bool(getattr(request.user, "is_superuser", False))
    return is_superuser and user.pk != request.user.pk and factors.has_any(user)


TAKE_FACTORS = Verb(
    name="take_factors",
    done="take factors",
    label=_("Remove the second factors"),
    about=_(
        "For somebody who has lost the device: be sure who is asking. Their apps, passkeys and recovery "
        "codes are removed, they are signed out everywhere, and the password alone signs them in again."
    ),
    permission="rooms.change_user",
    is_grave=True,
    confirms=True,
    applies=_may_take_factors,
    perform=_take_factors,
    whom=lambda user: {"target": user},
)


class NewPersonForm(Bounded, UserCreationForm):  # type: ignore[type-arg]
    """An account made by a superuser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _("At least 8 characters.")
        self.fields["password2"].label = _("The same again")
        self.fields["password2"].help_text = ""


class NewPasswordForm(Bounded, AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Another password for somebody's account."""


@admin.register(User)
class PersonAdmin(Recorded, StaffAdmin, UserAdmin):  # type: ignore[type-arg]
    """Everyone who was ever in a room. Accounts are edited by superusers, guests by nobody.

    People are never deleted here: messages keep their author. A ban retires an account. What a
    person signs in with and where is for those who may see it; to moderate, a name is enough.
    """

    verbs = (BAN, UNBAN, TAKE_FACTORS)
    add_form = NewPersonForm
    add_form_template = None
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)
    change_password_form = NewPasswordForm
    list_display = (
        "name",
        "kind",
        "banned",
        "times_reported",
        "signs_in_as",
        "created",
        "last_login",
    )
    list_display_links = ("name",)
    sorted_by = "created"
    list_select_related = ("bot__owner",)
    list_filter = (KindFilter, ("date_joined", CreatedFilter))
    search_fields = ("display_name", "public_id")
    search_help_text = _("Name or id")
    person = ("kind", "banned", "created")
    private = ("signs_in_as", "email", "last_login")
    readonly_fields = (
        *(*person, "public_id", "signs_in_as", "signs_in_with", "signs_in_by"),
        "last_login",
    )
    account = ("username", "signs_in_with", "email", "last_login")
    rights = ("is_staff", "is_superuser", "groups", "user_permissions")
    folded = ("collapse",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        against = Report.objects.filter(person=OuterRef("pk"))
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(times_reported=count(against, "person"))

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Say what the account's fields mean in the site's words, where Django has its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "username":
            field.label = _("User name")
        if field is not None and db_field.name in _HINTS:
            field.help_text = _HINTS[db_field.name]
        return field

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Who may change an account's password or rights is as good as its owner.
        may = bool(getattr(request.user, "is_superuser", False))
        return may and not (obj and obj.is_guest)

    def get_list_display(self, request: HttpRequest) -> Any:
        hidden = () if _sees_private(request) else self.private
        return [name for name in self.list_display if name not in hidden]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        person = (None, {"fields": self.person})
        number = (
            _("Id, for logs and tools"),
            {"fields": ("public_id",), "classes": self.folded},
        )
        elsewhere = ("signs_in_by",) if openid.is_on() else ()
        if self.has_change_permission(request, obj):
            account = (_("Account"), {"fields": (*self.account, *elsewhere)})
            rights = (_("Permissions"), {"fields": self.rights, "classes": self.folded})
            return (person, account, rights, number)
        if _sees_private(request):
            return (person, (_("Account"), {"fields": (*self.private, *elsewhere)}), number)
        return (person, number)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        if asked := confirm(request, self.admin_site):
            return asked
        with transaction.atomic():  # with its entry in the audit log, or not at all
            own_key = request.session.session_key  # one's own goes on, under another key
            response = super().user_change_password(request, id, form_url)
            if response.status_code == HTTPStatus.FOUND and (
                user := self.get_object(request, unquote(id))
            ):
                sign_ins.end_all(user=user, but=own_key if user == request.user else None)
            return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Only what was typed: a ban or a name given in the meantime stays.
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=columns.intersection(form.changed_data) if change else None)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        found = Q(name_key__called=text) | Q(public_id=text)
        if _sees_private(request):
            found |= Q(username__folded=text)
        return queryset.filter(found), False

    def links(self, row: User) -> Iterable[Way]:
        said = Message.objects.filter(author=row, kind=Message.Kind.CHAT)
        joined = Membership.objects.filter(user=row)
        yield Way(_("Messages"), listing(Message, author=row.pk), said.count())
        yield Way(_("Rooms"), listing(Membership, user=row.pk), joined.count())
        yield Way(_("Reports"), listing(Report, person=row.pk), self.times_reported(row))
        yield Way(_("Reported others"), listing(Report, reporter=row.pk))
        yield Way(_("Audit log"), deeds(row) or "")

    def describe(self, row: User) -> str:
        return f"{row} ({row.public_id})"

    created = dated("date_joined", _("created"))

    @admin.display(description=_("name"))
    def name(self, user: User) -> SafeString:
        return written(str(user))

    @admin.display(description=_("user name"))
    def signs_in_as(self, user: User) -> str:
        """A guest's is made up, and of use to nobody."""
        return NOTHING if user.is_guest else user.username

    @admin.display(description=_("password"))
    def signs_in_with(self, user: User) -> SafeString:
        """The way to another one. Nothing about the present one helps anybody here."""
        there = reverse("admin:auth_user_password_change", args=[user.pk])
        text = _("Set a new one") if user.has_usable_password() else _("None. Set one")
        return format_html('<a href="{}">{}</a>', there, text)

    @admin.display(description=_("signs in by the provider as"))
    def signs_in_by(self, user: User) -> SafeString | str:
        found = ", ".join(map(str, user.identities.order_by("pk")))
        return written(found) if found else NOTHING

    @admin.display(description=_("reports"))
    def times_reported(self, user: Any) -> int:
        return int(user.times_reported)

    @admin.display(description=_("kind"))
    def kind(self, user: User) -> Any:
        if user.erased_at is not None:
            return _("deleted")
        if user.is_bot:
            return format_html(gettext("bot of {}"), link(user.bot.owner))
        if user.is_staff:
            return _("staff")
        # What most of them are; a list on a phone leaves it out.
        usual = format_html('<span class="is-usual">{}</span>', _("guest"))
        return usual if user.is_guest else _("registered")

    @admin.display(description=_("banned"))
    def banned(self, user: User) -> Any:
        return NOTHING if user.is_active or user.erased_at else _("banned")


def _sees_private(request: HttpRequest) -> bool:
    return request.user.has_perm("rooms.see_private")

"""The front page, the room, and leaving it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from history import database
from rooms import access, addresses, answers, codes, fingerprints, limits, preview, unread
from rooms.actions import admission, leaving, people, rooms
from rooms.errors import (
    BadName,
    ChatError,
    MustAsk,
    NameTaken,
    NotMember,
    Removed,
    RoomClosed,
    RoomFull,
    RoomNotFound,
    TurnedAway,
)
from rooms.limits import in_turn
from rooms.models import Membership, Report, Room, User
from rooms.pages import sessions
from rooms.pages.forms import EntryForm
from rooms.room_settings import GRACES, call_link

# Who has been here for so long may still join while strangers guess codes (rooms/limits).
AT_HOME = timedelta(days=1)
# More of the visitor's rooms are a click away, so that the form is on the first screen too.
ROOMS_SHOWN = 4
ROOMS_SHOWN_WIDE = 6
# Of the other rooms in a room's panel, as in static/js/room/other-rooms.js.
OTHER_ROOMS = 5
# Characters of codes that static/css/code-cells.css has a size of cells for.
CELLS = (4, 6, 8, codes.MAX_LENGTH)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def front(request: HttpRequest) -> HttpResponse:
    """The way in: one form to make a room or to join one."""
    if request.method != "POST":
        return _entry(request, EntryForm(initial={"name": _name(request)}))
    form = EntryForm(request.POST)
    if not form.is_valid():
        form.judge_name()
        return _entry(request, form, status=404 if "code" in form.errors else 422)
    token = fingerprints.token_of(request)
    try:
        room = _enter(request, form, token)
    except ChatError as refusal:
        form.refuse(refusal)
        page = partial(_entry, request, form, status=refusal.status)
        return answers.refused(request, refusal, page=page)
    response = redirect("room", code=room.code)
    fingerprints.keep_token(response, token)
    return response


@never_cache
@require_safe
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The room, to its members. To everybody else the way in, whether there is such a room or not."""
    normal = codes.normalize(code)
    if normal and normal != code:
        return redirect("room", code=normal, permanent=True)
    user = _person(request)
    # Not more of a link's text than a code can have: what others put into links is not for our page.
    typed = {"name": _name(request), "code": normal or code[: codes.MAX_LENGTH]}
    if user is None or not normal:
        return _entry(request, EntryForm(initial=typed), invited=normal)
    try:
        return _show(request, _member(user, normal))
    except (NameTaken, RoomFull) as refusal:
        form = EntryForm(typed)
        form.refuse(refusal)
        return _entry(request, form, invited=normal)
    except RoomClosed as refusal:
        return _closed(request, user, normal, status=refusal.status)
    except (NotMember, Removed, RoomNotFound):
        if current := access.forwarded(user=user, code=normal):
            return redirect("room", code=current)
        if admission.is_waiting(user=user, code=normal):
            return render(request, "rooms/waiting.html", {"code": normal, "me": user})
        if admission.was_turned_away(user=user, code=normal):
            form = EntryForm(typed)
            form.refuse(TurnedAway())
            return _entry(request, form, invited=normal)
        return _entry(request, EntryForm(initial=typed), invited=normal)


@never_cache
@require_safe
def tidied(request: HttpRequest, code: str) -> HttpResponse:
    """The room's address without what a messenger took for the rest of it."""
    return redirect("room", code=codes.normalize(code) or code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, code: str) -> HttpResponse:
    """Return JSON that says whether the visitor still waits to be let in. A POST stops asking."""
    user, normal = _person(request), codes.normalize(code)
    if request.method == "POST":
        if user is not None and normal:
            admission.stop_asking(user=user, code=normal)
        return redirect("front")
    waits = user is not None and admission.is_waiting(user=user, code=normal)
    return JsonResponse({"waiting": waits})


@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def link_preview(request: HttpRequest, code: str) -> HttpResponse:
    """The picture messengers show with a shared link: it depends on the code and on nothing else."""
    if codes.normalize(code) != code:
        raise Http404
    picture = HttpResponse(preview.png(code), content_type="image/png")
    picture.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is for other sites
    return picture


@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Leave at once. Who is not there any more has left already."""
    user, normal = _person(request), codes.normalize(code)
    if user is not None and normal:
        try:
            leaving.leave(user=user, room=access.membership(user=user, code=normal).room)
        except (NotMember, Removed, RoomClosed):
            return redirect("front")
        messages.success(
            request,
            gettext("You left %(code)s. The same code brings you back.") % {"code": normal},
        )
    return redirect("front")


def _enter(request: HttpRequest, form: EntryForm, token: str) -> Room:
    """Do what the form asks. A refusal leaves nothing behind: no guest, no other name."""
    typed, visitor = form.data, _person(request)
    known, address = visitor.public_id if visitor else "", addresses.of_request(request)
    if not form.is_joining:
        limits.create(person=known, address=address)
        with _as_person(request, visitor, form) as user:
            options = form.cleaned_data
            return rooms.create(user=user, grace=options["grace"], title=options["title"])
    code, passcode = typed.get("code", ""), typed.get("passcode", "")
    at_home = visitor is not None and visitor.date_joined < timezone.now() - AT_HOME
    with (
        in_turn.passcodes.of(f"{address} {codes.normalize(code)}") if passcode else nullcontext(),
        limits.join(person=known, address=address, code=codes.normalize(code), at_home=at_home),
        limits.passcode(
            address=address,
            code=codes.normalize(code),
            typed=bool(passcode),
        ),
    ):
        spend = partial(limits.new_secret, person=known, address=address)
        proof = admission.prove(code=code, passcode=passcode, before_hashing=spend)
        known_by = fingerprints.of(request, token)
        try:
            with database.whole(), _as_person(request, visitor, form, joining=code) as user:
                return rooms.join(
                    user=user, code=code, proof=proof, fingerprints=known_by, fresh=visitor is None
                )
        except MustAsk:
            # Asking is another transaction, since nothing is left of the one that was refused.
            with database.whole(), _as_person(request, visitor, form, joining=code) as user:
                return admission.ask(user=user, code=code, proof=proof, fingerprints=known_by)


@contextmanager
def _as_person(
    request: HttpRequest, visitor: User | None, form: EntryForm, *, joining: str = ""
) -> Iterator[User]:
    """Do what is in the body, in one transaction, as the visitor under the name that was typed.

    A visitor who was never here is made a guest who is signed in.
    """
    name, known = form.data.get("name", ""), visitor or _banned(request)
    with sessions.signing_in(request), database.atomic():
        room = rooms.find(joining) if known and joining else None
        try:
            user = people.enter_as(user=known, name=name, joining=room)
        except BadName:
            # A wrong code is charged, and told, together with the name.
            if joining and not admission.is_open_to(user=visitor, code=joining):
                raise RoomNotFound from None
            raise
        if known is None:
            sessions.sign_in_newcomer(request, user)
        yield user


def _member(user: User, code: str) -> Membership:
    """The membership of somebody who is in the room, or may come in.

    Nothing is kept for them here: the form has done that, and their socket will be held to the same.
    Raises NameTaken or RoomFull to whom it would be refused.
    """
    membership = access.membership(user=user, code=code)
    if not membership.present and not access.is_expected(membership):
        admission.require_place(membership.room, membership)
        if people.is_taken(room_id=membership.room_id, user=user):
            raise NameTaken
    return membership


def _show(request: HttpRequest, membership: Membership) -> HttpResponse:
    elsewhere = (
        unread.elsewhere(user=membership.user_id, room=membership.room_id)
        if access.has_other_rooms(membership)
        else []
    )
    context = {
        "room": membership.room,
        "me": membership.user,
        "membership": membership,
        "reasons": Report.Reason.choices,
        "call_link": call_link(membership.room),
        "largest_file": settings.CHAT_FILE_MAX * 2**20,
        "other_rooms": elsewhere[:OTHER_ROOMS],
        "has_more_rooms": len(elsewhere) > OTHER_ROOMS,
    }
    return render(request, "rooms/room.html", context)


def _closed(request: HttpRequest, user: User, code: str, *, status: int) -> HttpResponse:
    """Said only to people who were there: to others a closed room is an unknown one."""
    mine = access.latest(user=user, code=code)
    return render(request, "rooms/closed.html", {"room": mine and mine.room}, status=status)


def _entry(
    request: HttpRequest, form: EntryForm, *, status: int = 200, invited: str = ""
) -> HttpResponse:
    """The form. `invited` is the code of the link that led here."""
    user = _person(request)
    my_rooms = unread.open_rooms(user) if user and not invited else []
    context: dict[str, Any] = {
        "form": form,
        "invited": invited,
        "code_length": settings.CHAT_CODE_LENGTH,
        "code_cells": range(settings.CHAT_CODE_LENGTH),
        # What the style sheet knows sizes for.
        "cells": next(size for size in CELLS if size >= settings.CHAT_CODE_LENGTH),
        "graces": GRACES,
        "grace": str(form["grace"].value() or settings.CHAT_ROOM_GRACE),
        "my_rooms": my_rooms[:ROOMS_SHOWN],
        "more_rooms": my_rooms[ROOMS_SHOWN:],
        # In sight on a wide screen, where the rooms have a column of their own.
        "wide_rooms": my_rooms[ROOMS_SHOWN:ROOMS_SHOWN_WIDE],
        "more_than_wide": my_rooms[ROOMS_SHOWN_WIDE:],
        # Of who comes back; after a mistake the form and what is wrong with it come first.
        "rooms_first": bool(my_rooms) and not form.is_bound,
    }
    return render(request, "rooms/entry.html", context, status=status)


def _person(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _banned(request: HttpRequest) -> User | None:
    """Return the banned person of the session, if there is one: Django takes them for nobody, who could come in."""
    pk = request.session.get(SESSION_KEY)
    return User.objects.filter(pk=pk, is_active=False).first() if pk else None


def _name(request: HttpRequest) -> str:
    return request.user.display_name if request.user.is_authenticated else ""

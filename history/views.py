"""The pages of the history: own messages, search, rooms, transcripts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from history import calendar, export, personal, timeline, zones
from history.person import Person
from history.readers import Reading, Unread, readers
from history.search import chips, marks, query
from history.search.hits import Hits, find

_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)
PAGE = 50
TRANSCRIPT_PAGE = 100
RECENT_ROOMS = 6
# Rooms that a search is offered to be narrowed down to.
ROOMS_OFFERED = 3


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the visitor's own messages, by days and rooms; with `?q=` the results of a search.

    The newest come first, those of one room on one day in the order in which they were said.

    `?before=` is the cursor of the page before.
    """
    person, before = _person(request), _cursor(request, "before")
    if request.GET.get("q", "").strip():
        return _search(request, person, before)
    if person is None:
        return render(request, "history/index.html", {"is_first": True})
    page = personal.own_messages(person, before=before, limit=PAGE)
    runs, older = timeline.own_runs(
        page.messages, limit=PAGE, older=page.older, zone=zones.of(request)
    )
    context = {
        "runs": runs,
        "older": older,
        "recent": _rooms(person, limit=RECENT_ROOMS) if before is None else None,
        "is_first": before is None,
        "formats": export.OWN_FORMATS,
    }
    return render(request, "history/index.html", context)


def _search(request: HttpRequest, person: Person | None, before: int | None) -> HttpResponse:
    return render(request, "history/search.html", _found(request, person, before))


def _found(
    request: HttpRequest,
    person: Person | None,
    before: int | None,
    *,
    only: Reading | None = None,
) -> dict[str, Any]:
    """Return what a page shows of the search `?q=`, in one room or in all."""
    best = request.GET.get("sort") == "best"
    typed = request.GET["q"].strip()
    zone, now = zones.of(request), datetime.now(UTC)
    asked = query.parse(typed, zone=zone, now=now)
    hits, found = Hits(), list[dict[str, Any]]()
    skip = _cursor(request, "skip") or 0
    if person is not None:
        with readers().searching(person, request):
            hits = find(
                person,
                asked,
                only=only,
                best=best,
                inside="inside" in request.GET,
                before=before,
                skip=skip,
                limit=PAGE,
            )
            found = [
                {
                    "message": message,
                    "html": marks.shown(message, hits.terms),
                    "files": marks.files(message, hits.terms),
                }
                for message in hits.messages
            ]
        personal.place(person, hits.messages)
        personal.fold(person, hits.messages)
    placed = hits.messages if only is None else ()
    # Keyed by room, since an earlier room may have had the same code.
    places = {message.place.room_id: message.place for message in placed}
    rooms = {message.place.code: message.place.title for message in placed}
    return {
        "chips": chips.chips(
            typed,
            today=now.astimezone(zone).date(),
            rooms=list(rooms)[:ROOMS_OFFERED] if len(rooms) > 1 else [],
            titles=rooms,
        ),
        "typed": typed[: query.MAX_LENGTH],
        "query": asked,
        "hits": hits,
        "best": best,
        "inside": "1" if hits.inside else None,
        "found": found,
        # The room that all of the page is from is named once, above it.
        "place": next(iter(places.values())) if len(places) == 1 else None,
        "is_one_room": len(places) <= 1,
        "is_first": before is None,
    }


@never_cache
@require_safe
def room_search(request: HttpRequest, room_id: str) -> HttpResponse:
    """Show the search in one room, with its days: `?q=`, `?day=`, `?month=`.

    The room's page shows it in a dialog.
    """
    zone = zones.of(request)
    person, reading = _reading(_person(request), room_id)
    stream, hidden = reading.stream_id, reading.hidden_through
    if day := _day(request, "day"):
        seq = calendar.first_of(stream, hidden, day, zone)
        place = f"?at={seq}#m{seq}" if seq is not None else ""
        return redirect(reverse("transcript", args=[room_id]) + place)
    context: dict[str, Any] = {
        "room_id": room_id,
        "code": reading.code,
        "leads_in": reading.leads_in,
    }
    if request.GET.get("q", "").strip():
        context |= _found(request, person, _cursor(request, "before"), only=reading)
    else:
        shown = _day(request, "month")
        context["month"] = calendar.month(stream, hidden, shown=shown, here=None, zone=zone)
        context["weekdays"] = WEEKDAYS_ABBR.values()
    return render(request, "history/room_search.html", context)


@never_cache
@require_safe
def room_list(request: HttpRequest) -> HttpResponse:
    """List every room the visitor was in, newest first."""
    person, before = _person(request), _cursor(request, "before")
    page = _rooms(person, before=before, limit=PAGE) if person else None
    return render(request, "history/rooms.html", {"page": page, "is_first": before is None})


@never_cache
@require_safe
def transcript(request: HttpRequest, room_id: str) -> HttpResponse:
    """Show the transcript of a room the visitor was in: the newest page, or that of `?at=` or `?day=`.

    `?month=` is the month that the calendar shows.
    """
    zone = zones.of(request)
    person, reading = _reading(_person(request), room_id)
    stream, hidden = reading.stream_id, reading.hidden_through
    after, day = _cursor(request, "after"), _day(request, "day")
    if day is not None:
        first = calendar.first_of(stream, hidden, day, zone)
        after = first - 1 if first is not None else None
    page = personal.transcript(
        reading,
        at=_cursor(request, "at"),
        before=_cursor(request, "before"),
        after=after,
        limit=TRANSCRIPT_PAGE,
    )
    around = personal.around(page.messages, hidden_through=hidden)
    quoted = (answered for answered, _ in around.values() if answered is not None)
    personal.fold(person, [*page.messages, *quoted])
    days = timeline.days(page.messages, around, zone=zone)
    here = day or (days[0].date if days else None)
    context = {
        "reading": reading,
        "page": page,
        "days": days,
        "month": calendar.month(stream, hidden, shown=_day(request, "month"), here=here, zone=zone),
        "weekdays": WEEKDAYS_ABBR.values(),
        "is_turning": "month" in request.GET,
        "formats": export.ROOM_FORMATS,
    }
    return render(request, "history/transcript.html", context)


@dataclass(frozen=True, slots=True)
class RoomsPage:
    """A person's rooms, newest first, each with what is unread of it and when something was said there last.

    `older` is the cursor of the next page, if there is one.
    """

    rooms: Sequence[tuple[Reading, Unread, datetime | None]]
    older: int | None


def _rooms(person: Person, *, before: int | None = None, limit: int) -> RoomsPage:
    found = readers().readings(person, before=before, limit=limit + 1)
    kept = found[:limit]
    counts, said = readers().unread(kept), readers().last_said(kept)
    older = kept[-1].key if len(found) > limit else None
    cards = [(reading, counts[reading.key], said.get(reading.key)) for reading in kept]
    return RoomsPage(cards, older)


def _reading(person: Person | None, room_id: str) -> tuple[Person, Reading]:
    """Return the person and their reading of a room. Raises Http404 also if there is no such room."""
    reading = readers().reading(person, room_id) if person else None
    if person is None or reading is None:
        raise Http404(_("You were never in such a room."))
    return person, reading


def _person(request: HttpRequest) -> Person | None:
    return None if isinstance(request.user, AnonymousUser) else request.user


def _cursor(request: HttpRequest, name: str) -> int | None:
    """Return a number from the query. Raises Http404 for anything else: no link of ours has that."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404(_("This link has lost its place."))
    return int(text)


def _day(request: HttpRequest, name: str) -> date | None:
    """Return a day from the query, or the first day of a month. Raises Http404 for anything else."""
    text = request.GET.get(name)
    if text is None:
        return None
    found = _DAY.fullmatch(text)
    try:
        day = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        day = None
    # Beyond these years a day's midnight may not exist in another time zone.
    if day is None or not 1900 <= day.year < 9999:
        raise Http404(_("This link has lost its place."))
    return day

"""Reports: a member asks staff to look at something, and staff settles it."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from history import wire
from history.models import Message
from rooms import audit
from rooms.errors import MessageNotFound, PersonNotFound
from rooms.models import Membership, Report, Room, Seconding, User
from rooms.refusals.orders import CannotReportYourself

# Messages kept on either side of the one that is reported.
AROUND = 10
# How far back a person's latest message is looked for.
SEARCHED = 1000


def report(
    *, by: Membership, reason: str, comment: str = "", seq: int | None = None, person_id: str = ""
) -> tuple[Report, bool]:
    """Report a message (`seq`) or a person (public id); the report, and whether that is news.

    What an open report is about already is counted there: staff reads one report, however many
    people make it.

    `by` is a membership that may read the room, selected with its room and user. The report keeps
    what stands around the message, or around the latest that the person said: so much of it as the
    reporter may see. Raises MessageNotFound, PersonNotFound, or BadFrame for one's own.
    """
    message = _message(by, seq) if seq is not None else None
    person = message.author if message else _person(by, person_id)
    if person == by.user:
        raise CannotReportYourself
    excerpt = _excerpt(by, message or _latest(by, person))
    why = {"reason": reason, "comment": comment}
    with transaction.atomic():
        # Two who report the same at once make one report: the second waits here for the first.
        Room.objects.select_for_update(no_key=True).get(pk=by.room_id)
        same = Report.objects.filter(room=by.room, seq=seq)
        if message is None:
            same = same.filter(person=person, state=Report.State.OPEN)
        told = same.filter(Q(reporter=by.user) | Q(secondings__reporter=by.user)).first()
        if told is not None:
            return told, False
        known = same.filter(state=Report.State.OPEN).order_by("pk").first()
        if known is not None:
            Seconding.objects.create(report=known, reporter=by.user, **why)
            Report.objects.filter(pk=known.pk).update(count=F("count") + 1)
            return known, True
        return Report.objects.create(
            room=by.room, reporter=by.user, seq=seq, person=person, excerpt=excerpt, **why
        ), True


@transaction.atomic
def settle(*, report: Report, by: User, upheld: bool, note: str = "") -> bool:
    """Close a report, and with it every other open one of the same message or person in the room.

    False if it was settled already.
    """
    same = Report.objects.filter(state=Report.State.OPEN, room=report.room_id, seq=report.seq)
    if report.seq is None:
        same = same.filter(person=report.person_id)
    found = set(same.select_for_update().values_list("pk", flat=True))
    if report.pk not in found:
        return False
    state = Report.State.UPHELD if upheld else Report.State.DISMISSED
    Report.objects.filter(pk__in=found).update(
        state=state, handled_by=by, handled_at=Now(), note=note
    )
    audit.record(
        "uphold report" if upheld else "dismiss report",
        actor=by,
        role="staff",
        room=report.room,
        target=report.person,
        reason=note,
        seq=report.seq,
        reports=sorted(found),
    )
    return True


@transaction.atomic
def reopen(*, report: Report, by: User, note: str = "") -> bool:
    """Take a settled report up again. False if it is open, or the same was reported anew since."""
    again = Report.objects.filter(
        state=Report.State.OPEN, room=report.room_id, person=report.person_id, seq=report.seq
    )
    if again.exists():
        return False
    Report.objects.filter(pk=report.pk).update(
        state=Report.State.OPEN, handled_by=None, handled_at=None, note=""
    )
    audit.record(
        "reopen report",
        actor=by,
        role="staff",
        room=report.room,
        target=report.person,
        reason=note,
        seq=report.seq,
        reports=[report.pk],
    )
    return True


def subject(
    *, by: Membership, seq: int | None, person_id: str = ""
) -> tuple[User | None, Message | None]:
    """Return the person and the message that a report would be about. Raises MessageNotFound or PersonNotFound."""
    if seq is None:
        return _person(by, person_id), None
    message = _message(by, seq)
    return message.author, message


def _message(by: Membership, seq: int) -> Message:
    """Return the message, if the reporter may see it."""
    message = (
        Message.objects.filter(stream=by.room.stream_id, seq=seq, kind=Message.Kind.CHAT)
        .select_related("author")
        .first()
    )
    if message is None or message.seq <= by.hidden_through or message.author is None:
        raise MessageNotFound
    return message


def _person(by: Membership, person_id: str) -> User:
    found = (
        Membership.objects.filter(room=by.room_id, user__public_id=person_id)
        .select_related("user")
        .first()
    )
    if found is None:
        raise PersonNotFound
    return found.user


def _latest(by: Membership, person: User | None) -> Message | None:
    """The latest that a person said in the room, else the latest that anybody did."""
    by.room.stream.refresh_from_db()
    recent = Message.objects.filter(
        stream=by.room.stream_id, seq__gt=max(by.hidden_through, by.room.stream.head - SEARCHED)
    ).order_by("-seq")
    return recent.filter(author=person, kind=Message.Kind.CHAT).first() or recent.first()


def _excerpt(by: Membership, centre: Message | None) -> list[Any]:
    if centre is None:
        return []
    visible = Message.objects.filter(
        stream=by.room.stream_id, seq__gt=by.hidden_through
    ).select_related("author")
    before = visible.filter(seq__lte=centre.seq).order_by("-seq")[: AROUND + 1]
    after = visible.filter(seq__gt=centre.seq).order_by("seq")[:AROUND]
    return [wire.from_row(row) for row in [*reversed(before), *after]]

"""Remove many messages of one member at once, and restore them."""

from collections.abc import Collection
from datetime import timedelta

from history.log.edits import removed_text
from history.models import Message, Revision
from rooms.actions.texts import Prepared, Raw, prepare
from rooms.models import Deed, Room, User
from rooms.refusals.messages import SaidNothing
from rooms.refusals.undoing import MessagesNotKept
from rooms.turn import Turn, turn

# Removed texts that are kept, rendered anew, by `seq`.
Texts = dict[int, Prepared]
# The verb in the audit log.
CLEARED = "clear"
# Messages removed in one go: each is a change that everybody here is told of.
CLEAR_MAX = 1000
MINUTES_MAX = 366 * 24 * 60


def clear(
    *, room: Room, by: User, user: User, minutes: int, reason: str = "", staff: bool = False
) -> Deed:
    """Remove what somebody said in the last minutes. The texts are kept for a day, to be restored.

    Raises NotMember, Removed, RoomClosed, Forbidden; MessageNotFound when that is nothing.
    """
    with turn(room, by=by, reason=reason, staff=staff) as t:
        member = t.about(user)
        said = Message.objects.filter(
            stream=t.stream_id,
            author=user,
            kind=Message.Kind.CHAT,
            deleted_at__isnull=True,
            at__gte=t.now - timedelta(minutes=max(1, min(minutes, MINUTES_MAX))),
        )
        seqs = sorted(said.order_by("-seq").values_list("seq", flat=True)[:CLEAR_MAX])
        if not seqs:
            raise SaidNothing(name=member.user)
        edits = t.edits(seqs)
        for seq in seqs:
            if message := edits.get(seq):
                edits.tombstone(message, by_id=by.pk, keep=True)
        t.notice("clear", about=member.user, what=len(seqs))
        return t.record(CLEARED, target=user, seqs=seqs)


def kept(room: Room, seqs: Collection[int]) -> Texts:
    """Return what was removed and is kept. Before any lock is taken: it is rendered anew."""
    if not seqs:
        return {}
    rows = Revision.objects.filter(
        message__stream=room.stream_id, message__seq__in=seqs, cause=Revision.Cause.REMOVAL
    ).values_list("message__seq", "message__author_id", "body")
    raws = {seq: Raw(room.pk, room.stream_id, author or 0, body) for seq, author, body in rows}
    return dict(zip(raws, prepare(list(raws.values())), strict=True))


def undo(t: Turn, deed: Deed, user: User, texts: Texts) -> None:
    """Put removed texts back where they were. Raises Forbidden if none of them is kept."""
    member = t.about(user)
    edits, count = t.edits(texts.keys()), 0
    for seq, text in texts.items():
        message = edits.get(seq)
        body = removed_text(message) if message else None
        # None: erased by its author since, or its day is over.
        if message is not None and body is not None:
            count += edits.restore(message, body=body, html=text.html, mentions=text.mentions)
    if not count:
        raise MessagesNotKept
    t.notice("restore", about=member.user, what=count)

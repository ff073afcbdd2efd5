"""What people do to messages that are there: edit, delete, react, pin. Check, write, publish."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from history.log.edits import Edits
from history.models import Message
from history.wire import timestamp
from rooms import access, audit, commands
from rooms.actions.slow_mode import SlowModeClock
from rooms.actions.texts import Prepared, Raw, prepare
from rooms.commands import Delete, Edit, Pin, React
from rooms.errors import ChatError, EditedMeanwhile, MessageNotFound
from rooms.models import Membership
from rooms.refusals import (
    DeletesOnlyOwn,
    MessageDeleted,
    NotItsAuthor,
    OnlyChatIsChanged,
    OnlyThoseInCharge,
    PinsFull,
    ReactionsFull,
)
from rooms.turn import turns

# Different emojis on one message, and reactions in all: it has to fit into a frame with them.
EMOJIS_MAX = 20
REACTIONS_MAX = 500
PINS_MAX = 20
# The deed of who deletes what somebody else said.
DELETED = "delete message"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that somebody, by key, asks for."""

    user_id: int
    change: commands.MessageCommand


@dataclass(frozen=True, slots=True)
class Changed:
    """`changed` is the number it took; for what was so already, the message's latest."""

    changed: int


def perform(*, room_id: int, stream_id: int, wishes: Sequence[Wish]) -> list[Changed | ChatError]:
    """Do what people of one room ask, in their order, each with an answer of its own.

    Raises what the database raises; nothing is done then.
    """
    texts = _prepare(room_id, stream_id, wishes)
    with turns([stream_id]) as found:
        t = found[stream_id]
        members = {
            member.user_id: member
            for member in Membership.objects.filter(
                room=room_id, user__in={wish.user_id for wish in wishes}
            ).select_related("room", "user")
        }
        if members:
            t.room = next(iter(members.values())).room
        edits = t.edits({wish.change.seq for wish in wishes})
        slow_mode = SlowModeClock()
        answers: list[Changed | ChatError] = []
        for i, wish in enumerate(wishes):
            try:
                member = access.check(members.get(wish.user_id))
                message = _find(edits, member, wish.change.seq)
                _check(member, message, wish.change)
                if not isinstance(wish.change, Delete):
                    access.require_voice(member, now=t.now)
                if isinstance(wish.change, Edit):
                    slow_mode.require_edit(member, now=t.now)
                _perform(edits, member, message, wish.change, texts.get(i))
                answers.append(Changed(message.changed_seq))
            except ChatError as refusal:
                answers.append(refusal)
        return answers


def _prepare(room_id: int, stream_id: int, wishes: Sequence[Wish]) -> dict[int, Prepared]:
    """The new texts among these, by their place."""
    raws = {
        i: Raw(room_id, stream_id, wish.user_id, wish.change.body)
        for i, wish in enumerate(wishes)
        if isinstance(wish.change, Edit)
    }
    return dict(zip(raws, prepare(list(raws.values())), strict=True))


def _find(edits: Edits, member: Membership, seq: int) -> Message:
    """The message, if it is one that the person can see."""
    message = edits.get(seq)
    if message is None or seq <= member.hidden_through:
        raise MessageNotFound
    return message


def _check(member: Membership, message: Message, change: commands.MessageCommand) -> None:
    """Raise unless the message is one that this person may change so."""
    if message.kind != Message.Kind.CHAT:
        raise OnlyChatIsChanged
    if message.is_deleted and not isinstance(change, Delete):
        raise MessageDeleted
    if isinstance(change, Edit):
        if message.author_id != member.user_id:
            raise NotItsAuthor
        _check_edited(message, change)


def _perform(
    edits: Edits,
    member: Membership,
    message: Message,
    change: commands.MessageCommand,
    text: Prepared | None,
) -> None:
    match change:
        case Delete():
            _delete(edits, member, message)
        case Edit():
            assert text is not None
            edits.edit(message, body=change.body, html=text.html, mentions=text.mentions)
        case React():
            if change.on:
                _check_reactions(edits.reactions(message), change.emoji)
            edits.react(message, user_id=member.user_id, emoji=change.emoji, on=change.on)
        case Pin():
            if not access.is_in_charge(member):
                raise OnlyThoseInCharge
            if change.on and not message.pinned_at:
                _check_pins(edits)
            edits.pin(message, on=change.on)


def _check_edited(message: Message, edit: Edit) -> None:
    """Raise EditedMeanwhile where the author has edited another text than what is there.

    An edit that has happened already may be sent again after a lost answer.
    """
    if edit.edited_at == "" or message.body == edit.body:
        return
    if edit.edited_at != (message.edited_at and timestamp(message.edited_at)):
        raise EditedMeanwhile


def _delete(edits: Edits, member: Membership, message: Message) -> None:
    is_own = message.author_id == member.user_id
    if not is_own and not access.is_in_charge(member):
        raise DeletesOnlyOwn
    if edits.tombstone(message, by_id=member.user_id, keep=not is_own) and not is_own:
        audit.record(
            DELETED,
            actor=member.user,
            role=member.role,
            room=member.room,
            target=message.author,
            seq=message.seq,
        )


def _check_reactions(given: Collection[tuple[str, int]], emoji: str) -> None:
    emojis = {sign for sign, _ in given}
    if len(given) >= REACTIONS_MAX or (len(emojis) >= EMOJIS_MAX and emoji not in emojis):
        raise ReactionsFull


def _check_pins(edits: Edits) -> None:
    if edits.pinned() >= PINS_MAX:
        raise PinsFull(limit=PINS_MAX)

"""Members' changes to messages that exist: edit, delete, react, pin. Checked and made."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from history.log.edits import Edits
from history.models import Message
from history.wire import timestamp
from rooms import access, audit
from rooms.actions.slow_mode import SlowModeClock
from rooms.actions.texts import Prepared
from rooms.commands import Delete, Edit, MessageCommand, Pin, React, is_empty
from rooms.errors import EditedMeanwhile, Empty, MessageNotFound
from rooms.models import Membership
from rooms.refusals.messages import (
    DeletesOnlyOwn,
    MessageDeleted,
    NotItsAuthor,
    OnlyChatIsChanged,
    PinsFull,
    ReactionsFull,
)
from rooms.refusals.orders import OnlyThoseInCharge

# Different emojis on one message, and reactions in all: it has to fit into a frame with them.
EMOJIS_MAX = 20
REACTIONS_MAX = 500
PINS_MAX = 20
# The deed of who deletes what somebody else said.
DELETED = "delete message"


@dataclass(frozen=True, slots=True)
class Changed:
    """`changed` is the number it took; for what was so already, the message's latest.

    For a leave it is None if the member was not present.
    """

    changed: int | None


def make(
    edits: Edits,
    member: Membership,
    command: MessageCommand,
    text: Prepared,
    *,
    now: datetime,
    slow_mode: SlowModeClock,
) -> Changed:
    """Change a message as a member asks, in a turn at its room. `text` is that of an edit.

    Raises MessageNotFound, Forbidden, EditedMeanwhile, Muted or RateLimited.
    """
    message = _find(edits, member, command.seq)
    _check(member, message, command)
    if not isinstance(command, Delete):
        access.require_voice(member, now=now)
    if isinstance(command, Edit):
        slow_mode.require_edit(member, now=now)
    _perform(edits, member, message, command, text)
    return Changed(message.changed_seq)


def _find(edits: Edits, member: Membership, seq: int) -> Message:
    """The message, if it is one that the person can see."""
    message = edits.get(seq)
    if message is None or seq <= member.hidden_through:
        raise MessageNotFound
    return message


def _check(member: Membership, message: Message, command: MessageCommand) -> None:
    """Raise unless the message is one that this member may change so."""
    if message.kind != Message.Kind.CHAT:
        raise OnlyChatIsChanged
    if message.is_deleted and not isinstance(command, Delete):
        raise MessageDeleted
    if isinstance(command, Edit):
        if message.author_id != member.user_id:
            raise NotItsAuthor
        _check_edited(message, command)
        if is_empty(command.body) and not message.files:
            raise Empty


def _perform(
    edits: Edits,
    member: Membership,
    message: Message,
    command: MessageCommand,
    text: Prepared,
) -> None:
    match command:
        case Delete():
            _delete(edits, member, message)
        case Edit():
            edits.edit(message, body=command.body, html=text.html, mentions=text.mentions)
        case React():
            if command.on:
                _check_reactions(edits.reactions(message), command.emoji)
            edits.react(message, user_id=member.user_id, emoji=command.emoji, on=command.on)
        case Pin():
            if not access.is_in_charge(member):
                raise OnlyThoseInCharge
            if command.on and not message.pinned_at:
                _check_pins(edits)
            edits.pin(message, on=command.on)


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

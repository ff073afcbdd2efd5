"""The table of verbs: what those who run a room can do in it, and how it is called everywhere.

The addresses and buttons of the room's page, what the one who acts is told, the sentence of the notice,
the line of what can be undone, its undoing and the staff's pages come from the rows. A new verb is a
row here and the function that does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from history.notices import Sentence
from rooms import access, room_settings
from rooms.actions import admission, changes, clearing, ending, messages, roles, sanctions
from rooms.models import Deed, Membership
from rooms.spans import span
from rooms.turn import Turn

Text = str | Promise
Role = Membership.Role
# Undoes what an entry of the audit log is about, done to the user, or to nobody; raises Forbidden if it
# cannot.
Undo = Callable[[Turn, Deed, Any, clearing.Texts], None]
# The groups that buttons stand in, in this order.
TALK, OFFICE, DOOR = GROUPS = _("Messages"), _("Role"), _("Access")
# What a form may send along, beside the person: the arguments of `perform`.
REASON, MINUTES, NETWORK = "reason", "minutes", "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts that decide whether a verb is offered about a member."""

    role: str
    is_here: bool  # has not left, and was not removed
    is_banned: bool
    is_muted: bool = False

    @classmethod
    def of(cls, member: Membership, *, is_muted: bool = False) -> "Standing":
        is_banned = member.banned_at is not None
        is_here = member.left_at is None and not is_banned
        return cls(role=member.role, is_here=is_here, is_banned=is_banned, is_muted=is_muted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A verb in the staff admin: what it is called there, and what it will mean."""

    label: Text
    about: Text
    needs_reason: bool = True
    permission: str = "rooms.change_membership"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something that can be done in a room.

    `name` is the one in the audit log and in the facts of the notice, whose `sentence` may have
    {by}, {about} and {what}; `in_words` makes words of what the notice has for {what}. A verb about a person has `perform`, which takes the room, who acts
    (`by`), the `user`, and what is in `takes`; `path`, the last part of its address; and `said`,
    which the one who acts is told, with %(name)s and %(span)s. With a `label` it has a button where
    `is_offered` says so, among those of its `group`, and beside it a `hint`: what it means, or what
    its choice of minutes is. One that `asks` leads to a page of its own first. With `undo` it can be
    undone for a day, and has a line for that in `done`, with {who}, {whom} and {span}.
    """

    name: str
    sentence: Text = ""
    in_words: Callable[[Any], str] = str
    at_least: Role = Role.MODERATOR
    perform: Callable[..., Deed | None] | None = None
    takes: frozenset[str] = frozenset()
    path: str = ""
    said: Text = ""
    label: Text = ""
    hint: Text = ""
    is_offered: Callable[[Standing], bool] = lambda standing: False
    group: Text = ""
    asks: bool = False
    is_grave: bool = False
    undo: Undo | None = None
    done: Text = ""
    staff: Staff | None = None


def _messages(count: int) -> str:
    return ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}


_TABLE = (
    Verb(
        name="unmute",
        sentence=_("{by} unmuted {about}"),
        perform=sanctions.unmute,
        takes=frozenset({REASON}),
        path="unmute",
        said=_("%(name)s can write again."),
        label=_("Unmute"),
        hint=_("Muted until"),
        group=TALK,
        is_offered=lambda member: member.is_muted and not member.is_banned,
    ),
    Verb(
        name="mute",
        sentence=_("{by} muted {about} for {what}"),
        in_words=span,
        perform=sanctions.mute,
        takes=frozenset({REASON, MINUTES}),
        path="mute",
        said=_("%(name)s is muted for %(span)s."),
        label=_("Mute"),
        hint=_("Mute for"),
        group=TALK,
        is_offered=lambda member: not (member.is_banned or member.is_muted),
        undo=sanctions.undo_mute,
        done=_("{who} muted {whom} for {span}"),
    ),
    Verb(
        name=clearing.CLEARED,
        sentence=_("{by} removed {what} from {about}"),
        in_words=_messages,
        perform=clearing.clear,
        takes=frozenset({REASON, MINUTES}),
        path="clear",
        said=_("The messages from %(name)s were removed."),
        label=_("Remove messages"),
        hint=_("Remove messages from the last"),
        group=TALK,
        is_offered=lambda member: not member.is_banned,
        is_grave=True,
        undo=clearing.undo,
        done=_("{who} removed messages from {whom}"),
    ),
    Verb(
        name="remove",
        sentence=_("{by} removed {about}"),
        perform=sanctions.remove,
        takes=frozenset({REASON}),
        path="remove",
        said=_("%(name)s was removed. The code lets them back in, as a new person."),
        label=_("Remove from the room"),
        hint=_("They leave, but can come back with the code."),
        group=DOOR,
        is_offered=lambda member: member.is_here,
        undo=sanctions.undo_removal,
        done=_("{who} removed {whom}"),
    ),
    Verb(
        name="ban",
        sentence=_("{by} banned {about}"),
        perform=sanctions.ban,
        takes=frozenset({REASON, NETWORK}),
        path="ban",
        said=_("%(name)s is banned, and so is their browser. Others on the same network are not."),
        label=_("Ban"),
        hint=_("Ban this person. They can’t come back."),
        group=DOOR,
        is_offered=lambda member: not member.is_banned,
        is_grave=True,
        undo=sanctions.undo_ban,
        done=_("{who} banned {whom}"),
        staff=Staff(
            label=_("Ban from the room"),
            about=_(
                "The person is removed and cannot come back; a guest cannot come back under another "
                "name for a day either. The room is told, with the reason."
            ),
        ),
    ),
    Verb(
        name="unban",
        sentence=_("{by} lifted the ban on {about}"),
        perform=sanctions.unban,
        takes=frozenset({REASON}),
        path="unban",
        said=_("%(name)s can join again, as a new person."),
        label=_("Lift the ban"),
        hint=_("They can join again, as a new person."),
        group=DOOR,
        is_offered=lambda member: member.is_banned,
        staff=Staff(
            label=_("Lift the ban from the room"),
            about=_("The person can join again. The room is told."),
            needs_reason=False,
        ),
    ),
    Verb(
        name="member",
        sentence=_("{by} removed {about} as a moderator"),
        at_least=Role.OWNER,
        perform=roles.unmake_moderator,
        takes=frozenset({REASON}),
        path="member",
        said=_("%(name)s is no longer a moderator."),
        label=_("Remove as moderator"),
        hint=_("They stay in the room."),
        group=OFFICE,
        is_offered=lambda member: member.is_here and member.role == Role.MODERATOR,
    ),
    Verb(
        name="moderator",
        sentence=_("{by} made {about} a moderator"),
        at_least=Role.OWNER,
        perform=roles.make_moderator,
        takes=frozenset({REASON}),
        path="moderator",
        said=_("%(name)s is now a moderator."),
        label=_("Make moderator"),
        hint=_("Moderators let people in, and mute, remove or ban them."),
        group=OFFICE,
        is_offered=lambda member: member.is_here and member.role != Role.MODERATOR,
    ),
    Verb(
        name="hand over",
        sentence=_("{by} handed the room over to {about}"),
        at_least=Role.OWNER,
        perform=roles.hand_over,
        takes=frozenset({REASON}),
        path="owner",
        said=_("%(name)s owns this room now. You are a moderator."),
        label=_("Hand over the room…"),
        hint=_("They become the owner; you become a moderator."),
        group=OFFICE,
        is_offered=lambda member: member.is_here,
        asks=True,
    ),
    Verb(
        name="admit",
        sentence=_("{by} let {about} in"),
        perform=admission.admit,
        path="admit",
        said=_("%(name)s was let in."),
    ),
    Verb(
        name="turn away",
        perform=admission.turn_away,
        path="refuse",
        said=_("%(name)s was turned away."),
    ),
    # About nobody, or done in another way than by an order about a person.
    Verb(
        name=changes.DELETED,
        undo=messages.undo_deletion,
        done=_("{who} removed messages from {whom}"),
    ),
    Verb(
        name="settings",
        sentence=_("{by} {what}"),
        in_words=room_settings.sentence,
        at_least=Role.OWNER,
    ),
    Verb(
        name=access.NEW_CODE,
        sentence=_("{by} gave the room a new code. The old code no longer works"),
        at_least=Role.OWNER,
    ),
    Verb(name="add bot", sentence=_("{by} added the bot {about}")),
    Verb(name="retire bot", sentence=_("{by} removed the bot {about}"), at_least=Role.MEMBER),
    Verb(
        name="add hook in",
        sentence=_("{by} added the incoming webhook {about}, which lets a program post here"),
    ),
    Verb(
        name="add hook out",
        sentence=_("{by} added the outgoing webhook {about}, which sends messages to {what}"),
    ),
    Verb(name="remove hook", sentence=_("{by} removed a webhook of the bot {about}")),
    Verb(name="make hook address"),
    Verb(name="make hook secret"),
    Verb(name="pause hook"),
    Verb(name="resume hook"),
    Verb(name="skip hook"),
    Verb(name="call", sentence=_("{by} started a call"), at_least=Role.MEMBER),
    Verb(
        name="end",
        sentence=_("{by} ended the room. It closes in a minute"),
        at_least=Role.OWNER,
        undo=ending.undo,
        done=_("{who} ended the room"),
    ),
    Verb(
        name="plan the end",
        sentence=_("{by} {what}"),
        in_words=ending.sentence,
        at_least=Role.OWNER,
    ),
    Verb(name="succeed"),
    Verb(name="turn all away"),
)
# Notices with a name of their own. Undoing a mute or a ban is told as lifting it.
_TOLD = {
    "undo end": Sentence(text=_("{by} reopened the room")),
    "end on time": Sentence(text=_("Time is up: the room has closed")),
    "door": Sentence(text=_("Nobody new can join the room any more")),
    "restore": Sentence(text=_("{by} restored {what} from {about}"), in_words=_messages),
    "undo remove": Sentence(text=_("{by} undid the removal of {about}")),
    "succeed away": Sentence(text=_("{about} is the owner now: {by} has been away too long")),
    "succeed deleted": Sentence(
        text=_("{about} is the owner now: the owner before deleted their account")
    ),
    "succeed gone": Sentence(text=_("{about} is the owner now: the owner before has left")),
}
# What the audit log has beside the verbs in a room: of accounts, and of the staff.
_ELSEWHERE = (
    "add factor",
    "ban from site",
    "change account",
    "change group",
    "close room",
    "connect identity",
    "delete account",
    "disconnect identity",
    "dismiss report",
    "import",
    "lift site ban",
    "make account",
    "make group",
    "make bot key",
    "make recovery codes",
    "merge",
    "refuse factor",
    "remove account",
    "remove factor",
    "remove group",
    "reopen report",
    "set roles",
    "take factors",
    "uphold report",
    "use recovery code",
)

VERBS = {verb.name: verb for verb in _TABLE}
# Those that are orders about a person, by the last part of their address.
ORDERS = {verb.path: verb for verb in _TABLE if verb.path}
UNDOABLE = frozenset(verb.name for verb in _TABLE if verb.undo is not None)
# Every verb that the audit log may have.
AUDITED = sorted({*VERBS, *(f"undo {name}" for name in UNDOABLE), *_ELSEWHERE})
# What notices say, by verb (history/notices.py).
SENTENCES = _TOLD | {
    verb.name: Sentence(text=verb.sentence, in_words=verb.in_words)
    for verb in _TABLE
    if verb.sentence
}


def offered(standing: Standing, *, role: str) -> list[Verb]:
    """Return the verbs that somebody with `role` is offered about a member below them."""
    return [
        verb
        for verb in _TABLE
        if verb.label
        and verb.is_offered(standing)
        and (role == Role.OWNER or verb.at_least != Role.OWNER)
    ]

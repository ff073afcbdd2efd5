"""The verbs and roles of the audit log in the words of the staff's pages."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rooms.staff.base import Text

_UNDO = "undo "
# What each entry says was done, by its verb. An undoing is said by what it undid.
_DONE: dict[str, Text] = {
    "add bot": _("added a bot"),
    "add factor": _("added a second factor"),
    "add hook in": _("added an incoming webhook"),
    "add hook out": _("added an outgoing webhook"),
    "admit": _("let somebody in"),
    "ban": _("banned from the room"),
    "ban from site": _("banned from the site"),
    "call": _("started a call"),
    "change account": _("changed an account"),
    "change group": _("changed a group"),
    "clear": _("removed messages"),
    "close room": _("closed the room"),
    "connect identity": _("connected a sign-in"),
    "delete account": _("deleted an account"),
    "delete message": _("deleted a message"),
    "disconnect identity": _("disconnected a sign-in"),
    "dismiss report": _("dismissed a report"),
    "end": _("ended the room"),
    "hand over": _("handed the room over"),
    "import": _("imported a room"),
    "lift site ban": _("lifted the ban from the site"),
    "make account": _("made an account"),
    "make bot key": _("made a new key for a bot"),
    "make group": _("made a group"),
    "make hook address": _("made a new address for a webhook"),
    "make hook secret": _("made a new secret for a webhook"),
    "make recovery codes": _("made recovery codes"),
    "member": _("took the moderator’s role away"),
    "merge": _("merged two accounts"),
    "moderator": _("made somebody a moderator"),
    "mute": _("muted"),
    "new code": _("gave the room a new code"),
    "pause hook": _("paused a webhook"),
    "plan the end": _("set when the room ends"),
    "refuse factor": _("refused a second factor"),
    "remove": _("removed from the room"),
    "remove hook": _("removed a webhook"),
    "resume hook": _("resumed a webhook"),
    "skip hook": _("had a webhook skip what it missed"),
    "remove account": _("removed an account"),
    "remove factor": _("removed a second factor"),
    "remove group": _("removed a group"),
    "reopen report": _("reopened a report"),
    "retire bot": _("removed a bot"),
    "set roles": _("set the roles that the provider gives"),
    "settings": _("changed the settings"),
    "succeed": _("made somebody the owner"),
    "take factors": _("took somebody’s second factors away"),
    "turn all away": _("turned everybody waiting away"),
    "turn away": _("turned somebody away"),
    "unban": _("lifted the ban from the room"),
    "unmute": _("lifted the mute"),
    "uphold report": _("upheld a report"),
    "use recovery code": _("used a recovery code"),
}

# The same where the entry names to whom, in a sentence. What is missing has the name behind a colon.
_TO_WHOM: dict[str, Text] = {
    "add bot": _("added the bot {name}"),
    "add hook in": _("added an incoming webhook for {name}"),
    "add hook out": _("added an outgoing webhook for {name}"),
    "admit": _("let {name} in"),
    "ban": _("banned {name} from the room"),
    "ban from site": _("banned {name} from the site"),
    "clear": _("removed messages from {name}"),
    "delete message": _("deleted a message from {name}"),
    "hand over": _("handed the room over to {name}"),
    "lift site ban": _("lifted the ban of {name} from the site"),
    "member": _("took the moderator’s role away from {name}"),
    "moderator": _("made {name} a moderator"),
    "mute": _("muted {name}"),
    "remove": _("removed {name} from the room"),
    "remove hook": _("removed a webhook for {name}"),
    "retire bot": _("removed the bot {name}"),
    "succeed": _("made {name} the owner"),
    "turn away": _("turned {name} away"),
    "unban": _("lifted the ban of {name} from the room"),
    "unmute": _("unmuted {name}"),
}

# As what somebody acted, by the name of audit.ROLES; the others are words already.
_ROLES: dict[str, Text] = {"self": _("for themselves"), "system": _("the site")}


def role(name: str) -> str:
    """Return as what somebody acted: "owner", "for themselves"."""
    return str(_ROLES.get(name, gettext(name)))


def done(verb: str) -> str:
    """Return what an entry with `verb` says was done: "banned from the room", "took back “muted”".

    The verb itself, if it is one of a release that had others.
    """
    if verb.startswith(_UNDO):
        return gettext("took back “%(done)s”") % {"done": done(verb.removeprefix(_UNDO))}
    return str(_DONE.get(verb, verb))


def done_to(verb: str, name: str) -> SafeString:
    """Return what an entry says was done to whom: "muted Ada"; without a name, what was done."""
    shown = format_html("<bdi>{}</bdi>", name)
    if not name:
        return format_html("{}", done(verb))
    if verb in _TO_WHOM:
        return format_html(str(_TO_WHOM[verb]), name=shown)
    return format_html("{}: {}", done(verb), shown)

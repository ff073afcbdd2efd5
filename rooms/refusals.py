"""The particular refusals: every sentence with which a verb says no.

Each is of a kind of rooms/errors.py, which has its code. A sentence names its parameters, and whoever
raises it hands them over as keywords: no other module has prose for a refusal.
"""

from django.utils.translation import gettext_lazy as _

from history.errors import NoFile
from rooms.errors import (
    BadFile,
    BadFrame,
    BadName,
    BadTitle,
    ChatError,
    Forbidden,
    MessageNotFound,
    NoHandoff,
    NotMember,
    PersonNotFound,
    RateLimited,
    Removed,
    RoomLocked,
    TooBig,
    TooLong,
    Unavailable,
)

# Commands ---------------------------------------------------------------------------------------------


class FrameTooLong(TooLong):
    sentence = _("A frame has at most %(limit)s bytes.")


class NotText(BadFrame):
    sentence = _("Frames are text.")


class NotJson(BadFrame):
    sentence = _("That is not JSON.")


class NotAnObject(BadFrame):
    sentence = _("A frame is a JSON object.")


class UnknownType(BadFrame):
    sentence = _("A frame's type is one of %(types)s.")


class BadRef(BadFrame):
    sentence = _("A reference is text of at most %(limit)s characters.")


class BadClientId(BadFrame):
    sentence = _("A client's name of a message is text of 1 to %(limit)s characters.")


class BadBody(BadFrame):
    sentence = _("A message is text.")


class BadFiles(BadFrame):
    sentence = _(
        "A message has up to %(limit)s files, each with its id and a description of at most %(alt)s characters."
    )


class FileTwice(BadFrame):
    sentence = _("A file is in a message once.")


class BadEditTime(BadFrame):
    sentence = _("When a text was edited is a time, or nothing.")


class BadEmoji(BadFrame):
    sentence = _("A reaction is one emoji.")


class BadSwitch(BadFrame):
    sentence = _("That can be put on or taken off: true or false.")


class BadPageSize(BadFrame):
    sentence = _("A page has from 1 to %(limit)s messages.")


class BadNumber(BadFrame):
    sentence = _("A message has a number, from 1 on.")


class NulCharacter(BadFrame):
    sentence = _("Text cannot contain the character U+0000.")


class BodyTooLong(TooLong):
    sentence = _("A message has at most %(limit)s characters.")


class OneAfterTheOther(Unavailable):
    sentence = _("One thing at a time, please.")


# Forms ------------------------------------------------------------------------------------------------


class BadForm(BadFrame):
    """A form's errors, in the form's own sentences."""

    sentence = "%(problem)s"


class BadSetting(BadFrame):
    """A setting of a room is out of its bounds; its table has the sentence."""

    sentence = "%(problem)s"


class FormNotTrusted(Forbidden):
    """A form's token is missing, or is another session's."""

    sentence = _("This page was open for too long, or cookies are switched off. Please reload it.")


class BadBell(BadFrame):
    sentence = _("You can be notified of everything, of mentions and replies, or of nothing.")


class BadPushAddress(BadFrame):
    sentence = _("That is not the address of a push service: %(problem)s.")


class BadPushKeys(BadFrame):
    sentence = _("These are not the keys of a push subscription.")


class NoPushSubscription(MessageNotFound):
    sentence = _("This browser has no push subscription.")


class PushIsOff(Forbidden):
    sentence = _("This site sends no notifications.")


class NameMissing(BadName):
    sentence = _("Please tell the others what to call you.")


class NameTooLong(BadName):
    sentence = _("A name has at most %(limit)s characters.")


class NameHides(BadName):
    sentence = _("A name cannot have invisible or control characters in it.")


class NamePiledUp(BadName):
    sentence = _("That name has too many marks on one letter.")


class NameBlank(BadName):
    sentence = _("A name needs at least one letter, digit or sign.")


class NameReserved(BadName):
    sentence = _("That name is kept for those who run this site. Please choose another.")


class TitleTooLong(BadTitle):
    sentence = _("A topic has at most %(limit)s characters.")


class TitleHides(BadTitle):
    sentence = _("A topic cannot have invisible or control characters in it.")


class TitlePiledUp(BadTitle):
    sentence = _("That topic has too many marks on one letter.")


class ManySignIn(RateLimited):
    sentence = _("Too many people are signing in right now. Please try again in a moment.")


class SearchesUnderWay(RateLimited):
    sentence = _("Your other searches are still running.")


class ManySearch(Unavailable):
    sentence = _("Many people are searching right now.")


class ManyComeIn(Unavailable):
    sentence = _("Very many people are joining right now.")


class DownloadsUnderWay(RateLimited):
    sentence = _("Two of your downloads are still under way.")


class ManyDownload(Unavailable):
    sentence = _("Too many downloads are under way.")


class RoomHasEnded(RoomLocked):
    """Said at the door, in the minute in which that can be undone."""

    sentence = _("This room has ended: nobody new can come in.")


# Waiting to be let in ---------------------------------------------------------------------------------


class NotLetIn(RateLimited):
    sentence = _("You were not let in. You can ask again later.")


class WaitsInThisBrowser(RateLimited):
    sentence = _("Someone is already waiting in this browser.")


class ManyWaitNearby(RateLimited):
    sentence = _("Several people from your network are already waiting. Please try again later.")


class ManyWait(RateLimited):
    sentence = _("Too many people are waiting. Please try again later.")


class AsksNoMore(NotMember):
    sentence = _("That person is no longer asking to join.")


# Continuing on another device ---------------------------------------------------------------------------


class HandoffExpired(NoHandoff):
    sentence = _(
        "That code was good for ten minutes and has run out. Show a new one on your other device."
    )


class HandoffReplaced(NoHandoff):
    sentence = _("A newer code was made on your other device. Scan that one.")


class HandoffUsed(NoHandoff):
    sentence = _(
        "That code was opened before, and each works once. If that was not you, answer No on your "
        "other device, then show a new code there."
    )


class HandoffAnswered(NoHandoff):
    sentence = _("You have answered that already.")


class HandoffTurnedAway(NoHandoff):
    sentence = _("Your other device answered No: nobody was let in here.")


class HandoffSignedOut(NoHandoff):
    sentence = _("The other device is not signed in any more, so nobody there can say yes.")


class HandoffBanned(NoHandoff):
    sentence = _("Whoever made that code was banned from this site.")


class HandoffHere(NoHandoff):
    sentence = _("You are %(name)s here already.")


class HandoffUnsure(Forbidden):
    sentence = _("Tick this first: %(name)s and all their rooms would be lost.")


class HandoffToAnother(Forbidden):
    sentence = _("Somebody else came in here meanwhile. Show a new code on your other device.")


class HandoffNotYet(Forbidden):
    sentence = _("Your other device has not answered yet.")


class HandoffOfStaff(Forbidden):
    sentence = _("Whoever runs this site signs in with the password on each device.")


# Messages ---------------------------------------------------------------------------------------------


class SlowMode(RateLimited):
    sentence = _("Slow mode: one message every %(every)s seconds.")


class OnlyChatIsChanged(Forbidden):
    sentence = _("Only messages can be edited.")


class OnlyChatIsDeleted(BadFrame):
    sentence = _("Only messages can be deleted.")


class MessageDeleted(MessageNotFound):
    sentence = _("That message was deleted.")


class NotItsAuthor(Forbidden):
    sentence = _("Only its author can edit a message.")


class DeletesOnlyOwn(Forbidden):
    sentence = _("You can only delete your own messages.")


class ReactionsFull(Forbidden):
    sentence = _("This message has all the reactions it can take.")


class PinsFull(Forbidden):
    sentence = _("A room has at most %(limit)s pinned messages.")


class SaidNothing(MessageNotFound):
    sentence = _("%(name)s sent no messages in that time.")


# Orders -----------------------------------------------------------------------------------------------


class OnlyTheOwner(Forbidden):
    sentence = _("Only the room's owner can do that.")


class OnlyThoseInCharge(Forbidden):
    sentence = _("Only the owner and moderators can do that.")


class NotYoursToJudge(Forbidden):
    sentence = _("You cannot moderate %(name)s.")


class NotInThisRoom(NotMember):
    """The person that an order is about."""

    sentence = _("That person is not in this room.")


class BannedAlready(NotMember):
    sentence = _("That person is already banned.")


class NotBanned(NotMember):
    sentence = _("That person is not banned.")


class CannotReportYourself(BadFrame):
    sentence = _("You cannot report yourself.")


class CannotHideYourself(BadFrame):
    sentence = _("You cannot hide yourself.")


class HidesMany(Forbidden):
    sentence = _("You can hide at most %(limit)s people. Show somebody again first.")


class NotHidden(PersonNotFound):
    sentence = _("You have not hidden that person.")


class SharesNoRoom(PersonNotFound):
    """Of somebody who is nowhere, and of somebody who is in other rooms only."""

    sentence = _("That person is in none of your rooms.")


class RemovedFromRoom(Removed):
    sentence = _("You were removed from this room.")


class RemovedFor(Removed):
    sentence = _("You were removed from this room: %(reason)s")


# The end of a room ------------------------------------------------------------------------------------


class BadTime(BadFrame):
    """A time at which a room cannot close, or its door. `about` is the room's column for the time."""

    def __init__(self, *, about: str = "ends_at") -> None:
        super().__init__()
        self.about = about


class TimeIsOver(BadTime):
    sentence = _("That time has passed.")


class TimeIsFar(BadTime):
    sentence = _("That is more than a year ahead.")


class DoorAfterEnd(BadTime):
    sentence = _("This time must be before the room ends.")


class EndedAlready(Forbidden):
    sentence = _("This room has already ended.")


class NotEnded(Forbidden):
    sentence = _("This room has not ended.")


class NoCallLink(Forbidden):
    sentence = _("This room has no call link.")


# Taking an order back ---------------------------------------------------------------------------------


class CannotUndo(Forbidden):
    sentence = _("That cannot be undone.")


class TooLateToUndo(Forbidden):
    sentence = _("It is too late to undo that.")


class UndoneAlready(Forbidden):
    sentence = _("That has already been undone.")


class MessageNotKept(Forbidden):
    sentence = _("The text of that message is no longer kept.")


class MessagesNotKept(Forbidden):
    sentence = _("Those messages are no longer kept.")


class OnlyTheOwnerUndoes(Forbidden):
    sentence = _("Only the room's owner can undo that.")


class OnlyTheSiteUndoes(Forbidden):
    sentence = _("Only the site's moderators can undo that.")


class SomebodyElseUndoes(Forbidden):
    sentence = _("You cannot undo what was done to you.")


# Files ------------------------------------------------------------------------------------------------


class BadUploadId(BadFrame):
    sentence = _("Its sender's name of a file is text of 1 to %(limit)s characters.")


class BadUploadSize(BadFrame):
    sentence = _("The size of a file is a whole number of bytes, in the header Upload-Length.")


class BadUploadOffset(BadFrame):
    sentence = _("Where a piece begins is a whole number of bytes, in the header Upload-Offset.")


class BadUploadMetadata(BadFrame):
    sentence = _("The header Upload-Metadata has words, and values in Base64.")


class BadPieceType(BadFrame):
    sentence = _("A piece of a file is of the type application/offset+octet-stream.")


class BadPieceSize(BadFrame):
    sentence = _(
        "A piece of a file has from %(least)s to %(most)s bytes, the last one what is left."
    )


class WrongOffset(ChatError):
    """The file goes on from somewhere else: the client asks from where."""

    code = "conflict"
    status = 409
    sentence = _("This file does not go on from there.")


class FileNotFound(NoFile):
    sentence = _("There is no such file.")


class FilesOff(BadFile):
    sentence = _("This site takes no files.")


class FileEmpty(BadFile):
    sentence = _("That file is empty.")


class FileTooBig(TooBig):
    sentence = _("A file can have up to %(limit)s MB here.")


class PersonSentMuch(TooBig):
    sentence = _("You can send up to %(limit)s MB of files a day.")


class RoomHasMuch(TooBig):
    sentence = _("This room has %(limit)s MB of files, and no space for this one.")


class FilesFull(ChatError):
    """No space is left for files, on the disk or of what the site allows itself."""

    code = "no_room"
    status = 507
    sentence = _("This site has no space left for files. Tell whoever runs it.")


class FilesUnderWay(RateLimited):
    sentence = _("You are sending %(limit)s files already. Please wait until one of them is in.")


class ManyFiles(Unavailable):
    sentence = _("Many files come in just now. Yours goes on by itself.")


class BeingChecked(Unavailable):
    sentence = _("This file is being looked at. Please wait a moment.")


class ManyFilesTaken(Unavailable):
    sentence = _("Many files are read just now. Please try again in a moment.")


class FilesTaken(RateLimited):
    sentence = _("You are loading many files already. Please wait for one of them.")


class HasVirus(BadFile):
    sentence = _("A virus was found in this file, so it was not kept.")


class NotScanned(BadFile):
    sentence = _("This file is too big to be checked for viruses, so it was not kept.")


class ScannerAway(Unavailable):
    sentence = _("Files cannot be checked for viruses right now. It is safe to try again.")

"""Files."""

from django.utils.translation import gettext_lazy as _

from history.errors import NoFile
from rooms.errors import (
    BadFile,
    BadFrame,
    ChatError,
    RateLimited,
    TooBig,
    Unavailable,
)


class BadUploadId(BadFrame):
    sentence = _("Its sender’s name of a file is text of 1 to %(limit)s characters.")


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

"""Names of files, as people are shown them and as their own machines get them."""

import re
import unicodedata

MAX_LENGTH = 200
# Characters that are looked at: NFC takes seconds for a long run of marks.
_TYPED_MAX = 4 * MAX_LENGTH
# Paths of any system end here; the rest are what systems refuse in a name.
_PATH = re.compile(r"^.*[/\\]", re.DOTALL)
_REFUSED = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# Characters that draw nothing or turn the direction of writing: "photo\u202egpj.exe" reads as an image.
_HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SPACES = re.compile(r"\s+")
NAMELESS = "file"
# A media type without parameters.
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,48}/[a-z0-9][a-z0-9.+-]{0,48}")
UNKNOWN_TYPE = "application/octet-stream"


def clean(text: str) -> str:
    """Return a name that is good on every system and reads as what it is: never empty."""
    text = _PATH.sub("", text[-_TYPED_MAX:])
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if unicodedata.category(c) in _HIDING else c for c in text)
    text = _SPACES.sub(" ", _REFUSED.sub("_", text)).strip(" .")
    return _shortened(text) or NAMELESS


def _shortened(name: str) -> str:
    """Return the name with its end, by which systems choose a program, where it is too long."""
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, end = name.rpartition(".")
    if not dot or len(end) > 20:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(end) - 1]}.{end}"


def media_type(text: str) -> str:
    """Return a media type in small letters and without parameters; UNKNOWN_TYPE for what is none."""
    plain = text.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) else UNKNOWN_TYPE

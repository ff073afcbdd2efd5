"""Find web addresses in a text, by what an address can contain rather than by what ends it. Pure.

RFC 3986 lists the ASCII characters. Beyond ASCII an address may have letters, their marks and digits, by
RFC 3987 and IDNA, and IDNA's few points and joiners between letters. It has no quotes, brackets, commas
or stops of any script, no pictures, and nothing invisible. Brackets belong to an address in pairs. The
punctuation at its end belongs to the sentence around it.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

# The longest address: few servers take a longer one. And the longest name of a host.
LONGEST, LONGEST_HOST = 2048, 300
_IN_AUTHORITY = re.compile(r"[!$%&'()*+,\-.0-9:;=@A-Z\[\]_a-z~]+")
_IN_PATH = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_IN_HOST = re.compile(r"[0-9A-Za-z_.-]+")
_IPV6 = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\]")
_PORT = re.compile(r":(\d{1,5})(?!\d)", re.ASCII)
# Where the next address follows without a space. Within an address others follow "/", "=" and the like.
_NEXT = re.compile(r"(?<=[^\W_])https?://|(?<=[,;])https?://", re.IGNORECASE)
_NEXT_SCHEME = re.compile(r"(?<=[^\W_])https?$", re.IGNORECASE)
_BRACKETS = re.compile(r"[()\[\]]")
_OPENED = {")": "(", "]": "["}
_DEPTH = 8  # levels of brackets in brackets
_POINTS_AT_END = "\u00b7\u05f3\u05f4\u30fb"
_TRAILING = ".,:;!?'*_~" + _POINTS_AT_END
# IDNA allows these between letters of Catalan, Greek, Hebrew and Japanese.
_POINTS = frozenset("\u00b7\u0375\u05f3\u05f4\u30fb")
_JOINERS = frozenset("\u200c\u200d")
# Characters that a browser reads as a dot in a host.
DOTS = frozenset("\u3002\uff0e\uff61\u2024")


class Address(NamedTuple):
    """A web address: where it ends in the text, and the complete address that it leads to.

    `read`: how far the text was looked at to find it.
    """

    end: int
    target: str
    read: int


def at(text: str, start: int, limit: int) -> Address | None:
    """Return the address that begins at `start`, with `http` or `www.`, and ends by `limit`; else None."""
    begin = start if text[start] in "wW" else text.index("//", start) + 2
    stop = _reach(text, begin, min(limit, begin + LONGEST_HOST), _IN_AUTHORITY)
    end = _host_end(text, begin, stop) if stop < begin + LONGEST_HOST else None
    if end is None or (begin == start and end < start + 5):
        return None
    if end == stop and text[stop : stop + 1] in {"/", "?", "#"}:
        stop = _reach(text, end, min(limit, start + LONGEST + 1), _IN_PATH)
        end = _path_end(text, end, stop)
    if stop - start > LONGEST:
        return None
    shown = text[start:end]
    return Address(end, f"https://{shown}" if begin == start else shown, stop)


def is_one(text: str) -> bool:
    """Return True if a text that begins with `http` is an address, whatever follows its host."""
    begin = text.index("//") + 2
    stop = _reach(text, begin, len(text), _IN_AUTHORITY)
    return _host_end(text, begin, stop) == stop and text[stop : stop + 1] in {"", "/", "?", "#"}


def _reach(text: str, start: int, limit: int, plain: re.Pattern[str]) -> int:
    """Return where the characters end that a part of an address can contain."""
    at = start
    while at < limit:
        if found := plain.match(text, at, limit):
            at = found.end()
        elif (
            _is_letter(text[at])
            or text[at] in _POINTS
            or (text[at] in _JOINERS and at + 1 < limit and _is_letter(text[at + 1]))
        ):
            at += 1
        else:
            break
    return at


@lru_cache(maxsize=4096)
def _is_letter(character: str) -> bool:
    """Return True for a letter, mark or digit beyond ASCII, but not for marks that draw emoji."""
    category = unicodedata.category(character)
    return (
        character > "\x7f"
        and (category[0] in "LN" or category in {"Mn", "Mc"})
        and not 0xFE00 <= ord(character) <= 0xFE0F
    )


@lru_cache(maxsize=4096)
def _is_of_host(character: str) -> bool:
    """Return True if IDNA allows the character: not for full-width and other forms of a letter."""
    small = character.lower()
    return (
        _is_letter(character)
        and unicodedata.category(character) not in {"Nl", "No"}
        and unicodedata.normalize("NFKC", small) == unicodedata.normalize("NFC", small)
    ) or character in _POINTS


def _host_end(text: str, begin: int, stop: int) -> int | None:
    """Return where the host and port of an authority end; None if they cannot be trusted."""
    # "https://bank.example@elsewhere.example" is made to deceive.
    if text.find("@", begin, stop) >= 0:
        return None
    if ipv6 := _IPV6.match(text, begin, stop):
        return _port_end(text, ipv6.end(), stop) if _is_ip(IPv6Address, ipv6[1]) else None
    end = begin
    while end < stop:
        if found := _IN_HOST.match(text, end, stop):
            end = found.end()
        elif _is_of_host(text[end]) or (end > begin and _joins(text[end - 1], text[end])):
            end += 1
        else:
            break
    # Without marks of emphasis, and the dots of a sentence.
    host = text[begin:end].split("..")[0].rstrip("_-." + _POINTS_AT_END)
    if text.startswith("://", begin + len(host)):
        host = _NEXT_SCHEME.sub("", host)
    labels = host.split(".")
    if not all(labels):
        return None
    if len(labels) > 1:
        host = host[: len(host) - len(labels[-1]) + _top_level(labels[-1])]
    if labels[-1].isdigit() and not _is_ip(IPv4Address, host):
        return None
    end = begin + len(host)
    if end + 1 == stop and text[end] == "." and text[stop : stop + 1] in {"/", "?", "#"}:
        return stop  # the last dot belongs to the host
    if len(labels) == 1 and not _is_whole(text, end, stop):
        return None
    return _port_end(text, end, stop)


def _joins(before: str, character: str) -> bool:
    """Return True for a joiner where scripts need one: after a letter without case, or a virama."""
    return character in _JOINERS and unicodedata.category(before) in {"Lo", "Mn"}


def _top_level(label: str) -> int:
    """Return how much of a label is a top level domain: none has other letters after Latin ones."""
    for place, character in enumerate(label):
        if character == "_" or (place and character in _POINTS):
            return place
        is_other = label[0].isascii() and character.isalpha() and not character.isascii()
        if is_other and not unicodedata.name(character, "").startswith("LATIN"):
            return place
    return len(label)


def _is_whole(text: str, end: int, stop: int) -> bool:
    """Return True if a host of one label, like "localhost", is not the beginning of something else."""
    rest = text[end:stop]
    if _PORT.match(rest):
        return True
    if rest:
        return not rest.strip(_TRAILING + ")]") and text[stop : stop + 1] not in {"/", "?", "#"}
    behind = text[stop : stop + 1]
    return not behind or behind.isspace() or behind in "/?#" or _is_punctuation(behind)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P" and character not in DOTS


def _port_end(text: str, end: int, stop: int) -> int | None:
    port = _PORT.match(text, end, stop)
    if port is None:
        # A percent sign would change the host.
        return None if text.startswith("%", end) else end
    return port.end() if int(port[1]) < 2**16 else None


def _is_ip(kind: type[IPv4Address | IPv6Address], text: str) -> bool:
    try:
        kind(text)
    except AddressValueError:
        return False
    return True


def _path_end(text: str, begin: int, stop: int) -> int:
    """Return where path, query and fragment end: before an unpaired bracket, and punctuation."""
    if following := _NEXT.search(text, begin, stop):
        stop = following.start()
    opened: list[int] = []
    for found in _BRACKETS.finditer(text, begin, stop):
        if found[0] in "([" and len(opened) < _DEPTH:
            opened.append(found.start())
        elif opened and text[opened[-1]] == _OPENED.get(found[0]):
            opened.pop()
        else:
            stop = found.start()
            break
    if opened:
        stop = opened[0]
    return begin + len(text[begin:stop].rstrip(_TRAILING))

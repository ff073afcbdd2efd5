"""Addresses of meetings: the owner's of a room, or the site's for all rooms. Pure.

An address may have {room} in it, for the room's id: it stays the same under another code, and nobody
can guess it.
"""

import re
from urllib.parse import urlsplit

LONGEST = 300
ROOM = "{room}"
# What an address is written with: no spaces, quotes, brackets or backslashes, no letters beyond ASCII,
# by which a host could look like another one.
_WRITTEN = re.compile(r"https://[A-Za-z0-9\-._~:/?#@!$&()*+,;=%]+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def is_good(link: str) -> bool:
    """Return True for an address that the page can lead to: https, with a host and without a password."""
    if len(link) > LONGEST or not _WRITTEN.fullmatch(link.replace(ROOM, "room")):
        return False
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    has_credentials = "@" in parts.netloc
    return not has_credentials and ROOM not in parts.netloc and bool(_HOST.fullmatch(host))


def resolved(link: str, *, room_id: str) -> str:
    """Return the address of a room's meeting; "" for none."""
    return link.replace(ROOM, room_id)

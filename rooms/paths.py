"""Where a visitor wants to go next: a path of this site, or nowhere."""

import re

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 500
# A path from the root. Anything else would be taken for the name of a view, for a place below the
# page it stands on, or for another site.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own(request: HttpRequest, wanted: str) -> str:
    """`wanted`, if it is a path of this site; else ""."""
    # Its length first: Django looks at a host's letters, which takes long for a long run of marks.
    if len(wanted) > LONGEST or not _PATH.fullmatch(wanted):
        return ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""

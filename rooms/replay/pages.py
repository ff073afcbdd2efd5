"""The site's pages as one visitor's browser sees them: a cookie jar and the front page's form.

Standard library only and blocking: call it from a thread.
"""

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPMessage, HTTPResponse
from http.cookiejar import CookieJar
from typing import IO

_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
_ALERT = re.compile(r'role="alert"[^>]*>(.*?)</', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ROOM = re.compile(r"/rooms/([^/]+)/")
_TIMEOUT = 30  # seconds


class PageRefused(Exception):
    """The form was answered with a reason instead of a room. `retry_after` is in seconds."""

    def __init__(self, status: int, reason: str, *, retry_after: float | None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    """Where a redirect points is the answer."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


class Pages:
    """One visitor's browser. `base_url` is scheme, host and port."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(
                {}
            ),  # the site is asked for itself, whatever the shell says
            urllib.request.HTTPCookieProcessor(self._jar),
            _KeepRedirects(),
        )

    def enter(self, *, name: str, code: str | None) -> str:
        """Fill in the front page's form; without a code, for a new room. Returns the code.

        Raises PageRefused, or OSError if the site cannot be reached.
        """
        status, page = self._read(self._open("/"))
        token = _TOKEN.search(page)
        if status != 200 or token is None:
            raise PageRefused(status, "The front page has no form.", retry_after=None)
        form = {"csrfmiddlewaretoken": html.unescape(token[1]), "name": name, "code": code or ""}
        form["join" if code else "create"] = "1"
        answer = self._open("/", urllib.parse.urlencode(form).encode())
        where = _ROOM.search(answer.headers.get("Location", ""))
        status, page = self._read(answer)
        if where is None:
            wait = answer.headers.get("Retry-After", "")
            raise PageRefused(
                status, _reason(page), retry_after=float(wait) if wait.isdecimal() else None
            )
        return where[1]

    def cookies(self) -> str:
        """The value of a Cookie header."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def _open(self, path: str, form: bytes | None = None) -> HTTPResponse:
        request = urllib.request.Request(  # noqa: S310 - the scheme is the caller's own
            self.base_url + path,
            form,
            {"Origin": self.base_url, "Referer": self.base_url + "/"},
        )
        try:
            return self._opener.open(request, timeout=_TIMEOUT)  # type: ignore[no-any-return]
        except urllib.error.HTTPError as answer:
            return answer  # type: ignore[return-value]

    @staticmethod
    def _read(answer: HTTPResponse) -> tuple[int, str]:
        with answer:
            return answer.status, answer.read().decode("utf-8", "replace")


def _reason(page: str) -> str:
    alert = _ALERT.search(page)
    text = html.unescape(_TAG.sub("", alert[1])) if alert else ""
    return " ".join(text.split()) or "The site gave no reason."

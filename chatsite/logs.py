"""Structured logs: one line for each record, with the request or socket it belongs to.

The text of messages is never logged, nor the token of a hook. Whatever visitors can choose (paths, names) is escaped, so that
nobody can forge a line.
"""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from redis.exceptions import ConnectionError, TimeoutError  # noqa: A004 - not OSErrors, these two

from rooms.hooks.paths import without_tokens

request_id: ContextVar[str] = ContextVar("request_id", default="")

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}
_ESCAPES[ord("\n")] = "\\n"
# Fields that a record may have beside its text: `logger.info(..., extra={"socket": socket_id})`.
_FIELDS = ("request", "socket")


def _fields(record: logging.LogRecord) -> dict[str, str]:
    values = {name: str(getattr(record, name, "")) for name in _FIELDS}
    # Django puts the request object there; a log needs its id.
    values["request"] = request_id.get()
    return {name: value for name, value in values.items() if value}


class LineFormatter(logging.Formatter):
    """`2026-11-22T15:00:00.123Z WARNING rooms.live.hub socket=3f… text`; a traceback is escaped."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f"{name}={value} " for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.name} {fields}{_text(self, record)}"
        return line.translate(_ESCAPES)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, and `request` or `socket`."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(
            {
                "time": _time(record),
                "level": record.levelname,
                "logger": record.name,
                "message": _text(self, record),
                **_fields(record),
            }
        )


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _text(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    text = record.getMessage()
    # Where in the code Django refused an attempt is no news, and attempts can be repeated all day.
    if record.exc_info and not record.name.startswith("django.security."):
        text += "\n" + formatter.formatException(record.exc_info)
    return without_tokens(text)


class LayerAwayFilter(logging.Filter):
    """Drops the traceback channels_redis logs each second while Redis is away.

    rooms.live.subscription says so once, and once that it is back.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, OSError | ConnectionError | TimeoutError)


class DatabaseAwayFilter(logging.Filter):
    """Drops what each socket, page and connection logs of a database that is away.

    rooms.live.outage logs once that it is away, and once that it is back and how much failed
    meanwhile.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.args if isinstance(record.args, tuple) else ()
        errors = [each for each in told if isinstance(each, Exception)]
        if record.exc_info and isinstance(record.exc_info[1], Exception):
            errors.append(record.exc_info[1])
        if not errors:
            return True
        # Imported here: Django loads this module before it is ready for those.
        from history.database import is_away
        from rooms.live.outage import outage

        return not (outage.is_on and any(map(is_away, errors)))

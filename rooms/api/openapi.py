"""`openapi.json`: what the table of operations says, as OpenAPI 3.1 has it."""

from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

from rooms.api.routes import OPERATIONS, Operation
from rooms.commands import ALT_MAX, CLIENT_ID_MAX, FILES_MAX, NEWEST_PAGE, PAGE_MAX
from rooms.errors import ChatError
from rooms.room_settings import GRACE_MAX

# Statuses that any operation may have: a wrong host, no key, too fast, the database away.
ALWAYS = (400, 401, 429, 503)
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}
_TRUTH = {"type": "boolean"}
_NUMBER_OR_NULL = {"type": ["integer", "null"]}


def _object(*needed: str, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(needed)}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_PERSON = {"id": _TEXT, "name": _TEXT, "registered": _TRUTH, "bot": _TRUTH}
_FILE = {
    "id": _TEXT, "name": _TEXT, "type": _TEXT, "size": _NUMBER, "alt": _TEXT, "offset": _NUMBER,
}  # fmt: skip

SCHEMAS: dict[str, Any] = {
    "Error": _object(
        "error",
        error=_object("code", "message", code=_TEXT, message=_TEXT, retry_after={"type": "number"}),
    ),
    "Person": _object("id", "name", **_PERSON),
    "Member": _object("id", "name", "role", **_PERSON, role=_TEXT),
    "You": _object(
        "id", "name", "role", **_PERSON, role=_TEXT, muted_until={"type": ["string", "null"]}
    ),
    "Me": _object(
        "id",
        "name",
        "owner",
        "limits",
        **_PERSON,
        owner=_ref("Person"),
        limits=_object("body", "file", "files", body=_NUMBER, file=_NUMBER, files=_NUMBER),
    ),
    "Room": _object("id", "code", "title", id=_TEXT, code=_TEXT, title=_TEXT),
    "Rooms": _object("rooms", rooms=_list(_ref("Room"))),
    "NewRoom": _object(
        title={"type": "string", "maxLength": 80},
        grace={"type": ["integer", "null"], "minimum": 0, "maximum": GRACE_MAX},
    ),
    "NewRoomMade": _object("room", room=_ref("Room")),
    "RoomAndYou": _object(
        "room", "you", "through", room=_ref("Room"), you=_ref("You"), through=_NUMBER
    ),
    "Members": _object("members", members=_list(_ref("Member"))),
    "File": _object("id", "name", "type", "size", **_FILE),
    "Message": _object(
        *("seq", "changed", "kind", "author", "client_id", "body", "at", "deleted"),
        seq=_NUMBER,
        changed=_NUMBER,
        kind={"enum": ["chat", "join", "leave", "notice"]},
        author={"anyOf": [_ref("Person"), {"type": "null"}]},
        client_id={"type": ["string", "null"]},
        body=_TEXT,
        html=_TEXT,
        at=_TEXT,
        edited_at={"type": ["string", "null"]},
        deleted=_TRUTH,
        reply_to=_NUMBER_OR_NULL,
        reactions={"type": "object", "additionalProperties": _list(_TEXT)},
        names={"type": "object", "additionalProperties": _TEXT},
        mentions=_list(_TEXT),
        pinned=_TRUTH,
        files=_list(_ref("File")),
    ),
    "Messages": _object("messages", messages=_list(_ref("Message")), older=_TRUTH, newer=_TRUTH),
    "NewMessage": _object(
        body=_TEXT,
        reply_to={"type": ["integer", "null"], "minimum": 1},
        files={
            **_list(_object("id", id=_TEXT, alt={"type": "string", "maxLength": ALT_MAX})),
            "maxItems": FILES_MAX,
        },
    ),
    "Posted": _object("seq", "client_id", seq=_NUMBER, client_id=_TEXT),
    "NewText": _object("body", body=_TEXT, edited_at={"type": ["string", "null"]}),
    "Changed": _object("changed", changed=_NUMBER),
    "Files": _object("files", "older", files=_list(_ref("File")), older=_TRUTH),
    "Events": _object(
        *("history", "mode", "after", "through", "messages"),
        history=_TEXT,
        mode={"enum": ["resume", "reset"]},
        after=_NUMBER,
        through=_NUMBER,
        messages=_list(_ref("Message")),
    ),
}
_QUERY: dict[str, tuple[str, Any]] = {
    "before": ("Only what is before this number.", _NUMBER),
    "after": ("Only what is after this number.", _NUMBER),
    "limit": (
        "How many messages.",
        {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": NEWEST_PAGE},
    ),
    "history": (
        "The `history` of the last answer: with another one the news are a `reset`.",
        _TEXT,
    ),
    "wait": (
        "How many seconds to wait for news.",
        {"type": "integer", "minimum": 0, "maximum": 60, "default": 25},
    ),
    "name": ("The file's name.", {"type": "string", "minLength": 1}),
    "size": ("The size of the whole file in bytes, if the body is its first piece.", _NUMBER),
    "start": ("Where in the file the piece begins: the `offset` of the last answer.", _NUMBER),
    "file": ("The file's id.", _TEXT),
    "Range": ("The part of the file that is wanted, like bytes=0-999.", _TEXT),
    "Idempotency-Key": (
        "The message's or file's name for its sender: what is sent again is the same one.",
        {"type": "string", "minLength": 1, "maxLength": CLIENT_ID_MAX},
    ),
    "Last-Event-ID": ("Where a stream of events was broken off.", _TEXT),
    "room": ("The room's id or its code.", _TEXT),
    "seq": ("The message's number.", {"type": "integer", "minimum": 1}),
    "emoji": ("One emoji.", _TEXT),
}


def refusals(of: type[ChatError] = ChatError) -> Iterator[type[ChatError]]:
    """Yield every kind of refusal there is."""
    yield of
    for kind in of.__subclasses__():
        yield from refusals(kind)


@cache
def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chat", "version": "1", "description": "The API for bots."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation) -> dict[str, Any]:
    parts = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    parameters = [
        *(_parameter(name, "path") for name in parts),
        *(_parameter(name, "query") for name in operation.query),
        *(_parameter(name, "header") for name in operation.header),
    ]
    statuses = sorted({*operation.refuses, *ALWAYS})
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "responses": {
            str(operation.status): _answer(operation.status, operation.gives, operation),
            **{str(status): _answer(status, "Error") for status in statuses},
            **{str(status): _answer(status, "bytes") for status in operation.also},
        },
    }
    if parameters:
        told["parameters"] = parameters
    if operation.sends == "bytes":
        told["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    elif operation.sends:
        schema = {"schema": _ref(operation.sends)}
        told["requestBody"] = {"required": True, "content": {"application/json": schema}}
    return told


def _parameter(name: str, where: str) -> dict[str, Any]:
    about, schema = _QUERY[name]
    is_needed = where == "path" or name in {"name", "start"}
    return {
        "name": name, "in": where, "required": is_needed, "description": about, "schema": schema
    }  # fmt: skip


def _answer(status: int, schema: str, operation: Operation | None = None) -> dict[str, Any]:
    if schema == "bytes":
        return {"description": HTTPStatus(status).phrase, "content": {"*/*": {}}}
    content: dict[str, Any] = {"application/json": {"schema": _ref(schema)}}
    if operation is not None and "Last-Event-ID" in operation.header:
        content["text/event-stream"] = {"schema": _TEXT}
    return {"description": HTTPStatus(status).phrase, "content": content}

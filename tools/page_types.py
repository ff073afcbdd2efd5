"""The types of what the wire shows, for the page's modules: python -m tools.page_types

Written from the declarations by which the server makes them, so that a new field is known to the page
as well. Only the type checker reads the file. A test says when it is to be written again.
"""

import os
import types
from collections.abc import Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import django
from msgspec import structs

ROOM = "A room. What is missing before the first frame is optional."
# The settings that the page is rendered with.
RENDERED = {"title", "grace"}
# What a room has besides its settings, while it is so.
ENDINGS = {
    "ends_at": "When it closes, whoever is in it.",
    "door_closes_at": "From when on nobody new comes in.",
    "ended_at": "When its owner ended it: until it closes, nothing can be said.",
}
MESSAGE = 'A message. docs/PROTOCOL.md, "Message", says what each field is.'
SIZE = "The size of an image, in pixels."
FILE = 'A file of a message. docs/PROTOCOL.md, "Files", says what each field is.'
SAID = "What an author says with a message: what a `post` has beside the client's name for it."
HEAD = """\
/**
 * The shapes of the wire that the server has in one declaration each.
 * Written by tools/page_types.py: edit the declaration, then run that.
 */
declare namespace Chat {
"""


def module() -> str:
    """Return the text of static/js/wire.d.ts."""
    from history import wire
    from history.models import Message
    from history.said import FIELDS
    from rooms import room_settings
    from rooms.commands import Post

    room = [_line("id", str), _line("code", str), _line("created_at", str, optional=True)]
    for name, setting in room_settings.TABLE.items():
        kind = setting.wire_type or room_settings.TYPES[name]
        room.append(_line(name, kind, means=setting.means, optional=name not in RENDERED))
    for name, means in ENDINGS.items():
        room.append(_line(name, str, means=means, optional=True))
    kinds = " | ".join(f'"{kind}"' for kind in Message.Kind.values)
    known = {"kind": kinds, "author": "Author | null"}
    message = _fields(wire.WireMessage, known)
    said = [
        _line(field.name, _bare(field.type), optional=not field.required)
        for field in structs.fields(Post)
        if field.name in FIELDS
    ]
    said.append(_line("files", "{ id: string; alt?: string }[]", optional=True))
    return (
        HEAD
        + _interface("Room", ROOM, room)
        + "\n"
        + _interface("Said", SAID, said)
        + "\n"
        + _interface("WireSize", SIZE, _fields(wire.WireSize))
        + "\n"
        + _interface("WireFile", FILE, _fields(wire.WireFile))
        + "\n"
        + _interface("Message", MESSAGE, message)
        + "}\n"
    )


def _interface(name: str, means: str, lines: list[str]) -> str:
    return f"  /** {means} */\n  interface {name} {{\n{''.join(lines)}  }}\n"


def _line(name: str, kind: Any, *, means: str = "", optional: bool = False) -> str:
    comment = f"    /** {means} */\n" if means else ""
    return f"{comment}    {name}{'?' if optional else ''}: {_type(kind)};\n"


def _fields(shape: Any, known: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return the lines of a TypedDict's fields; `known` has types that the page knows better."""
    return [
        _line(name, known.get(name, kind), optional=name in shape.__optional_keys__)
        for name, kind in get_type_hints(shape).items()
    ]


def _bare(kind: Any) -> Any:
    """Return a type without what msgspec is told of its values."""
    if get_origin(kind) is Annotated:
        return get_args(kind)[0]
    if get_origin(kind) in {types.UnionType, Union}:
        return reduce(or_, map(_bare, get_args(kind)))
    return kind


def _type(kind: Any) -> str:
    """Return a Python type as TypeScript writes it; text is one already."""
    if isinstance(kind, str):
        return kind
    simple = {str: "string", int: "number", bool: "boolean", types.NoneType: "null"}
    if kind in simple:
        return simple[kind]
    if is_typeddict(kind):
        return str(kind.__name__)
    parts = [_type(part) for part in get_args(kind)]
    if get_origin(kind) is types.UnionType:
        return " | ".join(parts)
    if get_origin(kind) is list:
        return f"{parts[0]}[]"
    if get_origin(kind) is dict:
        return f"Record<{', '.join(parts)}>"
    raise TypeError(f"no type of the page's for {kind}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    from tests.support.programs import ROOT

    (ROOT / "static" / "js" / "wire.d.ts").write_text(module(), encoding="utf-8")

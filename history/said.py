"""The fields that an author fills in a message: their one declaration.

From it come the command `post` (rooms/commands.py), the columns of the inserts (history/log), the
message on the wire (history/wire.py), the records of both exports and of a room's file, and the page's
type (tools/page_types.py). A new field of a message is a column of the model, and a field of both
classes here, with the same name.
"""

from operator import attrgetter
from typing import Annotated, Any, TypedDict, get_args

from msgspec import Meta, Struct, structs

_MAX_SAFE_INTEGER = 2**53 - 1
# The number of a message in its room.
Seq = Annotated[int, Meta(ge=1, le=_MAX_SAFE_INTEGER)]


class Said(Struct, frozen=True, kw_only=True):
    """The fields, with the types that a client is held to. Every one has a default."""

    body: str = ""
    # The message that this one answers.
    reply_to: Seq | None = None


class SaidOnWire(TypedDict):
    """The same, as a message on the wire has them."""

    body: str
    reply_to: int | None


# A notice, a join, a leave; and what is left of a deleted message.
NOTHING_SAID = Said()
FIELDS = Said.__struct_fields__
_POSTGRESQL = {"str": "text", "int": "bigint", "bool": "boolean"}


def values(said: Any) -> tuple[Any, ...]:
    """Return the fields of a Said, or of anything that has them, in their order."""
    return _values(said)


def shown(said: Any) -> dict[str, Any]:
    """Return the fields of a Said, or of anything that has them, by name."""
    return dict(zip(FIELDS, _values(said), strict=True))


def _column(kind: Any) -> str:
    """Return PostgreSQL's type for a field: `str | None` is text."""
    while args := get_args(kind):
        kind = args[0]
    return _POSTGRESQL[kind.__name__]


_values = attrgetter(*FIELDS)
# The columns, by name, with their types in PostgreSQL.
COLUMNS = {field.name: _column(field.type) for field in structs.fields(Said)}

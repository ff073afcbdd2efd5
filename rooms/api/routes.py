"""The table of the API's operations, from which requests are routed and `openapi.json` is made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rooms.api import operations
from rooms.api.operations import Surroundings
from rooms.api.requests import Answer, Request

Perform = Callable[[Request, Surroundings], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked for. `sends` names the schema of the body, `gives` that of the answer.

    "bytes" are a file. `refuses` are the statuses beside those that every operation may have, `also` those
    that are no refusals, of answers without a schema.
    """

    method: str
    path: str
    about: str
    perform: Perform
    status: int = 200
    query: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    sends: str = ""
    gives: str
    refuses: tuple[int, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.perform.__name__.strip("_")


_ROOM = "/rooms/{room}"
_MESSAGE = f"{_ROOM}/messages/{{seq}}"
_FILE = f"{_ROOM}/files/{{file}}"
_REACTION = f"{_MESSAGE}/reactions/{{emoji}}"
_CHANGES = (403, 404)

OPERATIONS = (
    Operation(
        method="GET",
        path="/me",
        about="The bot, and whose it is.",
        perform=operations.me,
        gives="Me",
    ),
    Operation(
        method="GET",
        path="/rooms",
        about="The open rooms in which the bot may be now.",
        perform=operations.list_rooms,
        gives="Rooms",
    ),
    Operation(
        method="POST",
        path="/rooms",
        about="Makes a room. Its owner is the bot's owner, and the bot is a member.",
        perform=operations.create_room,
        status=201,
        sends="NewRoom",
        gives="NewRoomMade",
        refuses=(403, 422),
    ),
    Operation(
        method="GET",
        path=_ROOM,
        about="A room, the bot in it, and the number of its latest change.",
        perform=operations.get_room,
        gives="RoomAndYou",
        refuses=(403, 404),
    ),
    Operation(
        method="GET",
        path=f"{_ROOM}/members",
        about="Who is in the room now.",
        perform=operations.list_members,
        gives="Members",
        refuses=(403, 404),
    ),
    Operation(
        method="GET",
        path=f"{_ROOM}/messages",
        about="A page of the log: the newest messages, the newest before a number, or the first after one.",
        perform=operations.list_messages,
        query=("before", "after", "limit"),
        gives="Messages",
        refuses=_CHANGES,
    ),
    Operation(
        method="POST",
        path=f"{_ROOM}/messages",
        about="Posts a message. Sent again with the same Idempotency-Key it is the same message.",
        perform=operations.post_message,
        status=201,
        header=("Idempotency-Key",),
        sends="NewMessage",
        gives="Posted",
        refuses=(*_CHANGES, 422),
    ),
    Operation(
        method="PATCH",
        path=_MESSAGE,
        about="Gives a message of the bot's another text.",
        perform=operations.edit_message,
        sends="NewText",
        gives="Changed",
        refuses=(*_CHANGES, 409, 422),
    ),
    Operation(
        method="DELETE",
        path=_MESSAGE,
        about="Deletes a message of the bot's, for good.",
        perform=operations.delete_message,
        gives="Changed",
        refuses=_CHANGES,
    ),
    Operation(
        method="PUT",
        path=_REACTION,
        about="Puts an emoji to a message.",
        perform=operations.add_reaction,
        gives="Changed",
        refuses=_CHANGES,
    ),
    Operation(
        method="DELETE",
        path=_REACTION,
        about="Takes the bot's emoji away again.",
        perform=operations.remove_reaction,
        gives="Changed",
        refuses=_CHANGES,
    ),
    Operation(
        method="GET",
        path=f"{_ROOM}/files",
        about="The files in the room's messages, newest message first.",
        perform=operations.list_files,
        query=("before",),
        gives="Files",
        refuses=_CHANGES,
    ),
    Operation(
        method="POST",
        path=f"{_ROOM}/files",
        about="Sends a file, which a message can then name: the file, or its first piece.",
        perform=operations.send_file,
        status=201,
        query=("name", "size"),
        header=("Idempotency-Key",),
        sends="bytes",
        gives="File",
        refuses=(*_CHANGES, 409, 413, 422, 507),
    ),
    Operation(
        method="GET",
        path=_FILE,
        about="A file of a message, as it was sent: all of it, or a part.",
        perform=operations.get_file,
        header=("Range",),
        gives="bytes",
        refuses=_CHANGES,
        also=(206, 302, 304, 416),
    ),
    Operation(
        method="PATCH",
        path=_FILE,
        about="Sends another piece of a file.",
        perform=operations.send_piece,
        query=("start",),
        sends="bytes",
        gives="File",
        refuses=(*_CHANGES, 409, 413, 422, 507),
    ),
    Operation(
        method="GET",
        path=f"{_ROOM}/events",
        about="What changed after a number: at once if there is something, or as soon as there is.",
        perform=operations.listen,
        query=("after", "history", "wait"),
        header=("Last-Event-ID",),
        gives="Events",
        refuses=_CHANGES,
    ),
)

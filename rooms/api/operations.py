"""The operations of the API. Their table is in routes.py."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

import orjson
from django.conf import settings

from rooms import commands
from rooms.api import files, reading
from rooms.api.events import events
from rooms.api.requests import Answer, Request
from rooms.api.sockets import Visits
from rooms.commands import NEWEST_PAGE, PAGE_MAX, Command, Refused
from rooms.live.threads import DatabaseThreads
from rooms.live.worker import LiveWorker
from rooms.refusals.api import BadParameter
from rooms.refusals.frames import BadBody, NotJson


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What operations work with: the worker, and threads of the API's own."""

    worker: LiveWorker
    threads: DatabaseThreads
    visits: Visits
    is_draining: Callable[[], bool]


class Refusal(Exception):
    """An `error` frame, in answer to what was asked for."""

    def __init__(self, frame: dict[str, Any]) -> None:
        super().__init__(frame["code"])
        self.frame = frame


# Without a room -----------------------------------------------------------------------------------


async def me(request: Request, at: Surroundings) -> Answer:
    return Answer(200, await at.threads.run(reading.me, request.proof))


async def list_rooms(request: Request, at: Surroundings) -> Answer:
    return Answer(200, await at.threads.run(reading.rooms, request.proof))


async def create_room(request: Request, at: Surroundings) -> Answer:
    proof, wanted = request.proof, request.json()
    title, grace = wanted.get("title", ""), wanted.get("grace")
    if not isinstance(title, str) or "\0" in title:
        raise BadParameter(name="title")
    if grace is not None and (type(grace) is not int or not 0 <= grace <= 31536000):
        raise BadParameter(name="grace")
    made = await at.threads.run(
        partial(reading.create, proof, request.address, title=title, grace=grace)
    )
    where = f"/api/v1/rooms/{made['room']['id']}"
    return Answer(201, made, {"Location": where})


# In a room ----------------------------------------------------------------------------------------


async def get_room(request: Request, at: Surroundings) -> Answer:
    return Answer(200, await at.threads.run(reading.room, request.proof, request.values["room"]))


async def list_members(request: Request, at: Surroundings) -> Answer:
    return Answer(200, await at.threads.run(reading.members, request.proof, request.values["room"]))


async def list_messages(request: Request, at: Surroundings) -> Answer:
    limit = request.number("limit", NEWEST_PAGE, most=PAGE_MAX)
    if not limit:
        raise BadParameter(name="limit")
    page = partial(
        reading.messages,
        request.proof,
        request.values["room"],
        before=request.number("before"),
        after=request.number("after"),
        limit=limit,
    )
    return Answer(200, await at.threads.run(page))


async def list_files(request: Request, at: Surroundings) -> Answer:
    page = partial(
        reading.room_files,
        request.proof,
        request.values["room"],
        before=request.number("before"),
    )
    return Answer(200, await at.threads.run(page))


async def send_file(request: Request, at: Surroundings) -> Answer:
    name = request.text("name")
    if not name or "\0" in name:
        raise BadParameter(name="name")
    keep = partial(
        files.send,
        request.proof,
        request.values["room"],
        name=name,
        media_type=request.headers.get("content-type", ""),
        client_id=request.headers.get("idempotency-key", uuid.uuid4().hex),
        data=request.body,
        size=request.number("size"),
    )
    return Answer(201, await at.threads.run(keep))


async def send_piece(request: Request, at: Surroundings) -> Answer:
    start = request.number("start")
    if start is None:
        raise BadParameter(name="start")
    keep = partial(
        files.go_on,
        request.proof,
        request.values["room"],
        request.values["file"],
        start=start,
        data=request.body,
    )
    return Answer(200, await at.threads.run(keep))


async def get_file(request: Request, at: Surroundings) -> Answer:
    response = await at.threads.run(
        files.download,
        request.proof,
        request.values["room"],
        request.values["file"],
        request.scope,
    )
    return Answer(
        response.status_code, headers=dict(response.items()), stream=files.parts(response)
    )


async def post_message(request: Request, at: Surroundings) -> Answer:
    client_id = request.headers.get("idempotency-key", uuid.uuid4().hex)
    wanted = request.json()
    frame = {name: wanted[name] for name in ("body", "reply_to", "files") if name in wanted}
    frame.setdefault("body", "")
    ack = await _perform(request, at, type="post", client_id=client_id, **frame)
    where = f"/api/v1/rooms/{request.values['room']}/messages?after={ack['seq'] - 1}&limit=1"
    return Answer(201, {"seq": ack["seq"], "client_id": client_id}, {"Location": where})


async def edit_message(request: Request, at: Surroundings) -> Answer:
    wanted = request.json()
    if not isinstance(wanted.get("body"), str):
        raise BadBody
    frame = {name: wanted[name] for name in ("body", "edited_at") if name in wanted}
    return await _change(request, at, type="edit", seq=request.seq, **frame)


async def delete_message(request: Request, at: Surroundings) -> Answer:
    return await _change(request, at, type="delete", seq=request.seq)


async def add_reaction(request: Request, at: Surroundings) -> Answer:
    sign = unquote(request.values["emoji"])
    return await _change(request, at, type="react", seq=request.seq, emoji=sign, on=True)


async def remove_reaction(request: Request, at: Surroundings) -> Answer:
    sign = unquote(request.values["emoji"])
    return await _change(request, at, type="react", seq=request.seq, emoji=sign, on=False)


async def listen(request: Request, at: Surroundings) -> Answer:
    return await events(request, at.worker, at.visits, at.is_draining)


async def _change(request: Request, at: Surroundings, **frame: Any) -> Answer:
    ack = await _perform(request, at, **frame)
    return Answer(200, {"changed": ack["changed"]})


async def _perform(request: Request, at: Surroundings, **frame: Any) -> dict[str, Any]:
    """Have a frame performed that a socket could have sent. Return its ack. Raises Refusal."""
    proof = request.proof
    answer = await at.visits.perform(
        at.worker,
        proof=proof,
        where=request.values["room"],
        address=request.address,
        command=_command(frame),
    )
    if answer["type"] == "error":
        raise Refusal(answer)
    return answer


def _command(frame: dict[str, Any]) -> Command:
    try:
        data = orjson.dumps(frame)
    except (orjson.JSONEncodeError, RecursionError):  # half a character, or a number beyond reason
        raise NotJson from None
    try:
        return commands.parse(data, body_max=settings.CHAT_BODY_MAX)
    except Refused as refused:
        raise refused.error from None

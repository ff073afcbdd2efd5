"""docs/PROTOCOL.md says what the code does, and all of it."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from django.db.models import CharField
from django.urls import URLResolver, get_resolver
from prometheus_client import REGISTRY

from chatsite.server import channel, direct, http
from chatsite.web import health, pages
from history.log import read
from history.models import Message
from history.wire import WireMessage
from rooms import commands, file_names, limits, names, protocol, room_settings, unread
from rooms.actions import admission, changes, hiding, hooks, subscriptions, texts, uploads
from rooms.api import sockets
from rooms.commands import Refused
from rooms.consumers import BAD_FRAMES
from rooms.errors import ChatError, RateLimited, Unavailable
from rooms.hooks import incoming
from rooms.limits import checks, downloads, intake, searches
from rooms.live import calls, crowds, deliverer, door, elsewhere, gathering, pusher
from rooms.live.crowds import WireRun
from rooms.models import Membership, Room
from rooms.pages.front import tidied
from rooms.protocol import Close
from rooms.pushing import queue
from rooms.staff import refused
from tests.support import documents
from tests.support.client import FrameRefused, RoomSocket, Visitor
from tests.support.documents import plain
from tests.support.workers import Site

Frame = dict[str, Any]
DOC = documents.read("docs/PROTOCOL.md")
[MESSAGE] = DOC.examples("Message")
FIELDS = {plain(field): means for field, means in DOC.table("Message")}
FROM_SERVER = DOC.examples("From the server")
FROM_CLIENT = DOC.examples("From the client")
# What a frame has only when there is a reason for it.
SOMETIMES = {"ref", "client_id", "retry_after", "registered", "bot"}


# Frames -------------------------------------------------------------------------------------------


def test_a_message_has_the_fields_that_are_written_down() -> None:
    fields = set(WireMessage.__annotations__)
    assert set(MESSAGE) == fields
    assert {name for name in fields if "only" in FIELDS[name]} == WireMessage.__optional_keys__
    described = [field for row in DOC.table("Message") for field in plain(row[0]).split(", ")]
    assert sorted(described) == sorted(fields)


def test_a_crowd_in_short_has_the_fields_that_are_written_down() -> None:
    [run] = DOC.examples("Crowds")
    assert set(run) == WireRun.__required_keys__
    assert f"where more than\n{crowds.RUN} of them follow" in DOC.text
    assert f"`people`, up to {crowds.NAMED} of those" in DOC.text


def test_kinds_and_roles_are_written_down() -> None:
    kinds = next(row[1] for row in DOC.table("Message") if row[0] == "`kind`")
    assert set(re.findall(r"`(\w+)`", kinds)) == set(Message.Kind.values)
    roles = re.search(r"A `role` is (.*)\.", DOC.text)
    assert roles is not None
    assert set(re.findall(r"`(\w+)`", roles[1])) == set(Membership.Role.values)


def test_what_a_client_may_send_is_written_down_and_nothing_else() -> None:
    for frame in FROM_CLIENT:
        commands.parse(json.dumps(frame), body_max=4000)
    with pytest.raises(Refused) as refusal:
        commands.parse(b'{"type": "nonsense"}', body_max=4000)
    known = refusal.value.error.message.partition("one of ")[2].rstrip(".").split(", ")
    assert set(known) == {frame["type"] for frame in FROM_CLIENT}


async def test_what_the_server_sends_is_what_is_written_down(site: Site) -> None:
    seen: list[Frame] = []
    async with site.visitor("Ada") as ada, site.visitor("Bob") as bob:
        await ada.create()
        code = await ada.create()
        await bob.join(code)
        async with ada.socket(code) as here:
            async with bob.socket(code) as there:
                await there.ask("post", client_id="b1", body="hello @Ada")
                await there.ask("react", seq=3, emoji="👍", on=True)
                await here.ask("pin", seq=3, on=True)
                await here.ask("read", seq=3)
                await there.send({"type": "typing"})
                await here.frame(lambda frame: frame["type"] == "typing")
                await here.ask("page", before=1)
                with pytest.raises(FrameRefused):
                    await here.ask("post", client_id="a1", body=" ")
                await here.frame(lambda frame: frame["type"] == "elsewhere")
                await _hand_off(ada, here)
                await _give_orders(ada, bob, code)
                await there.frame(lambda frame: frame["type"] == "room")
                await there.frame(lambda frame: frame["type"] == "you")
                await here.frame(lambda frame: frame["type"] == "requests")
                await there.ask("leave")
                assert await there.closed() == Close.NOT_MEMBER
                seen += there.received
            await here.frame(lambda frame: bool(frame.get("left")))
            seen += here.received

    assert {frame["type"] for frame in seen} == {frame["type"] for frame in FROM_SERVER}
    for frame in seen:
        assert any(_alike(frame, example) for example in FROM_SERVER), frame


async def _give_orders(ada: Visitor, bob: Visitor, code: str) -> None:
    """So that the room changes, and Bob's standing in it, and somebody waits outside."""
    page = await ada.get(f"/rooms/{code}/manage/")
    [bobs_id] = set(re.findall(r"people/(u_\w+)/mute", page.text))
    fields = {"by_request": "on", "slow_mode": "0", "grace": "60", "title": "", "passcode": ""}
    await ada.order(code, "settings/", **fields)
    await ada.order(code, f"people/{bobs_id}/mute/", minutes="1")
    async with Visitor(ada.base_url, "Eve") as eve:
        assert await eve.join(code) == code


async def _hand_off(ada: Visitor, here: RoomSocket) -> None:
    """Ada goes on at another device."""
    page = "/account/handoff/"
    made = await ada.submit(page, {"room": here.view.room["id"]}, form_at=page)
    link = re.search(r'value="([^"]+#[^"]+)"', made.text)
    assert link is not None
    async with Visitor(ada.base_url, "Phone") as phone:
        await phone.submit("/account/continue/", {"token": link[1]}, form_at="/account/continue/")
    await here.frame(lambda frame: frame["type"] == "handoff")


def _alike(frame: Any, example: Any) -> bool:
    """Whether one has the fields of the other, all the way down."""
    if isinstance(frame, list):
        return all(_alike(item, example[0]) for item in frame) if example else True
    if not isinstance(frame, dict) or not isinstance(example, dict):
        return type(frame) is type(example) or None in (frame, example)
    if "seq" in frame and "kind" in frame:
        return WireMessage.__required_keys__ <= set(frame) <= set(MESSAGE)
    if (frame.keys() ^ example.keys()) - SOMETIMES:
        return False
    return all(_alike(frame[name], example[name]) for name in frame.keys() & example.keys())


# Room settings ------------------------------------------------------------------------------------


def test_room_settings_are_written_down() -> None:
    types = {str: "text", bool: "truth", int: "number", int | None: "number or null"}
    expected = {}
    for name, setting in room_settings.TABLE.items():
        kind = types[setting.wire_type or room_settings.TYPES[name]]
        least, most = setting.bounds or ("", "")
        bounds = f"{least} to {most}" if setting.bounds else ""
        is_text = room_settings.TYPES[name] in (str, str | None)
        expected[name] = (kind, f"{bounds} characters" if is_text else bounds)
    written = {
        plain(name): (plain(kind), bounds) for name, kind, bounds, _ in DOC.table("Room settings")
    }
    assert written == expected
    form = next(row[1] for row in DOC.table("Pages") if "/manage/settings/" in row[0])
    assert set(expected) <= set(re.findall(r"`(\w+)`", form))


def test_a_room_setting_has_a_column_that_can_hold_it() -> None:
    for name in room_settings.COLUMNS:
        column = Room._meta.get_field(name)
        bounds = room_settings.TABLE[name].bounds
        assert column.null == (type(None) in get_args(room_settings.TYPES[name])), name
        if isinstance(column, CharField):
            assert bounds is not None
            assert column.max_length == bounds[1]


# Codes --------------------------------------------------------------------------------------------


def _refusals(kind: type[ChatError] = ChatError) -> Iterator[type[ChatError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _refusals(sub)


def test_error_codes_and_their_statuses_are_written_down() -> None:
    written = {(plain(code), int(status)) for code, status, _ in DOC.table("Errors")}
    assert written == {(refusal.code, refusal.status) for refusal in _refusals()}


def test_error_codes_have_a_label_in_the_figures_of_the_staff() -> None:
    codes = {refusal.code for refusal in _refusals()}
    assert [code for code in codes if refused.label(code) == code] == []


def test_close_codes_are_written_down() -> None:
    written = {
        int(code): name.upper().replace(" ", "_") for code, name, _ in DOC.table("Close codes")
    }
    assert written == {int(code): code.name for code in Close}
    assert direct.TOO_SLOW == Close.TOO_SLOW


# Limits -------------------------------------------------------------------------------------------


def _rate(rate: limits.Rate) -> list[int]:
    if rate.per_second >= 1:
        return [int(rate.burst), int(rate.per_second)]
    return [int(rate.burst), 1, round(1 / rate.per_second)]


SHARED_LIMITS = {
    "posting, a person": limits.table.posting,
    "posting, a bot": limits.table.posting_as_bot,
    "posting, an address": limits.table.posting_from,
    "posting, a room": limits.table.posting_into,
    "joining rooms by a code, an address": limits.table.joining_from,
    "making rooms, making accounts, an address": limits.table.entering,
    "joining rooms, a person": limits.table.entering_as,
    "joining, a room": limits.table.entering_room,
    "making rooms, an address": limits.table.creating_from,
    "making rooms, a person": limits.table.creating_as,
    "codes of no open room, an address": limits.table.guessing,
    "codes of no open room, a person": limits.table.guessing_as,
    "codes of no open room, all strangers together; "
    "and all who have been here for a day": limits.table.guessing_at_all,
    "wrong passcodes of one room, an address": limits.table.passcodes,
    "wrong passcodes of one room, all together": limits.table.passcodes_of,
    "wrong passwords, an address": limits.table.logging_in_from,
    "wrong passwords, a user name": limits.table.logging_in_as,
    "passwords and passcodes to hash, an address": limits.table.hashing_from,
    "passwords and passcodes to hash, a person": limits.table.hashing_as,
    "sign-ins of staff by the provider, an address": limits.table.signing_on_from,
    "orders in rooms, a person": limits.table.ordering,
    "codes of no open room, a /56 of IPv6": limits.table.guessing_near,
    "codes of no open room, a /48 of IPv6": limits.table.guessing_around,
    "the same, of first tries, when that is used up": limits.table.guessing_first,
    "first tries at codes, at a room's passcode, at passwords, an address": limits.table.first_tries,
    "first tries at codes, at a room's passcode, at passwords, "
    "a /48 of IPv6": limits.table.first_tries_around,
    "wrong passwords, a /56 of IPv6": limits.table.logging_in_near,
    "wrong passwords, a /48 of IPv6": limits.table.logging_in_around,
    "wrong passwords, a user name, first tries, when that is used up": limits.table.logging_in_first,
    "wrong passwords, a user name in a browser in which it was signed in before": (
        limits.table.logging_in_by
    ),
    "wrong passcodes of one room, a /56 of IPv6": limits.table.passcodes_near,
    "wrong passcodes of one room, a /48 of IPv6": limits.table.passcodes_around,
    "wrong passcodes of one room, first tries, when that is used up": limits.table.passcodes_first,
    "changing one's name, a person": limits.table.renaming,
    "subscribing to web push, and ending it, a person": limits.table.subscribing,
    "trying web push, a person": limits.table.testing_push,
    "beginning files, a person": limits.table.attaching,
    "hiding people and showing them again, a person": limits.table.hiding,
    "links of no handoff, an address": limits.table.continuing,
    "links of no handoff, a /56 of IPv6": limits.table.continuing_near,
    "links of no handoff, a /48 of IPv6": limits.table.continuing_around,
    "making codes for another device, a person": limits.table.handing_off,
    "posts to hooks, a token": limits.table.hooking,
    "posts to hooks, an address": limits.table.hooking_from,
    "wrong second factors, a person; of passkeys, a person at one address": limits.table.proving,
    "reports, a person": limits.table.reporting,
    "reports, a browser": limits.table.reporting_by,
    "reports, an address": limits.table.reporting_from,
}


def test_each_limit_that_workers_share_has_a_row() -> None:
    assert set(SHARED_LIMITS.values()) == set(limits.table.SHARED)
    names = [limiter.name for limiter in limits.table.SHARED]
    assert all(names)
    assert len(set(names)) == len(names)


def test_limits_are_written_down() -> None:
    # 1 MiB is the server's own default; tests/live/test_server.py holds it to that.
    told = 1024 * 1024
    expected = {
        "one message": [],
        "one name": [names.MAX_LENGTH],
        "a frame from the client": [commands.MAX_CLIENT_FRAME, told, 1009],
        "a frame from the server": [protocol.MAX_SERVER_FRAME],
        "one file": [0],
        "files of one message": [commands.FILES_MAX],
        "the name of a file, its alt": [file_names.MAX_LENGTH, commands.ALT_MAX],
        "a piece of a file": [uploads.PIECE_MIN, uploads.PIECE_MAX],
        "files that a person sends in a day": [],
        "files of a room": [],
        "files of the site": [],
        "requests of the API that wait for news, a bot on a worker": [
            sockets.LISTENERS,
            RateLimited.status,
        ],
        "files under way, a person": [uploads.UNDER_WAY, RateLimited.status],
        "files that are looked at when they are whole, a worker": [
            checks.AT_ONCE,
            checks.WAITING,
            Unavailable.status,
        ],
        "files being downloaded, a person on a worker": [
            downloads.files.each,
            RateLimited.status,
        ],
        "files being downloaded, a worker": [downloads.files.most, Unavailable.status],
        "client_id, ref": [commands.CLIENT_ID_MAX],
        "page": [commands.PAGE_MAX, commands.NEWEST_PAGE],
        "welcome with mode reset": [commands.NEWEST_PAGE],
        "changes that can be resumed": [read.RESUME_LIMIT],
        "people in a welcome or members frame": [protocol.PEOPLE_MAX],
        "other rooms of a person in an elsewhere frame": [unread.OPEN_ROOMS],
        "people whose other rooms a worker looks at": [
            elsewhere.PEOPLE,
            int(elsewhere.LOOK_EVERY),
            elsewhere.COUNTS,
        ],
        "people in a room with read frames": [protocol.READERS_MAX],
        "people one message can mention": [texts.MENTIONS_MAX],
        "emojis on one message": [changes.EMOJIS_MAX, changes.REACTIONS_MAX],
        "people who wait to be let into a room": [
            admission.QUEUE_MAX,
            admission.FROM_ONE_ADDRESS,
            1,
        ],
        "people somebody hides": [hiding.MOST],
        "requests for pages that wait, a worker": [pages.WAITING, pages.PLACES, 503],
        "incoming webhooks of a room, outgoing webhooks of a room": [hooks.IN_MAX, hooks.OUT_MAX],
        "a post to a hook": [incoming.BODY_MAX],
        "requests to the address of a hook": [round(1 / deliverer.SPACING)],
        "hooks that a worker sends for at once": [deliverer.UNDER_WAY, deliverer.OF_ONE_HOST],
        "answers to hooks that are read": [deliverer.ANSWER_MAX],
        "push subscriptions, a person": [subscriptions.MOST],
        "notifications of one room, a subscription": [1, int(queue.PAUSE.total_seconds())],
        "notifications that are to nobody in particular, the whole site": [pusher.CALM],
        "notifications on their way at once, a person": [pusher.OF_ONE_PERSON],
        "notifications on their way at once, a push service": [pusher.OF_ONE_HOST],
        "pinned messages in a room": [changes.PINS_MAX, protocol.PINNED_MAX],
        "what a client has not read": [direct.BACKLOG_LIMIT, Close.TOO_SLOW],
        "paging, a person on a worker": _rate(limits.table.paging.rate),
        "searching, a person on a worker": _rate(limits.table.searching.rate),
        "seconds that searches took, a person on a worker": _rate(limits.table.searching_for.rate),
        "seconds that searches took, an address on a worker": _rate(
            limits.table.searching_from.rate
        ),
        "searches under way, a person on a worker": [searches.EACH, RateLimited.status],
        "searches under way, a worker": [
            searches.AT_ONCE,
            searches.WAITING,
            int(searches.PATIENCE),
            Unavailable.status,
        ],
        "downloading everything, a person on a worker": _rate(limits.table.downloading.rate),
        "downloads under way, a person on a worker": [
            downloads.transcripts.each,
            RateLimited.status,
        ],
        "downloads under way, a worker": [downloads.transcripts.most, Unavailable.status],
        "a request's head": [channel.ChatChannel.totalHeadersSize, channel.HEAD_TIMEOUT],
        "a request's body": [channel.BODY_TIMEOUT],
        "an answer nobody reads": [http.STALLED],
        "opening sockets, an address on a worker": [
            *_rate(limits.table.connecting.rate),
            Close.BUSY,
        ],
        "open sockets, a person on a worker": [door.SOCKETS, Close.BUSY],
        "frames of any kind, a socket": _rate(intake.FRAMES),
        "frames of any kind, a person on a worker": _rate(intake.frames_of.rate),
        "frames of any kind, an address on a worker": _rate(intake.frames_from.rate),
        **{what: _rate(limiter.rate) for what, limiter in SHARED_LIMITS.items()},
        "frames that are not understood, a socket": [
            *_rate(BAD_FRAMES),
            Close.TOO_MANY_BAD_FRAMES,
        ],
    }
    written = {
        plain(what): [int(number) for number in re.findall(r"\b\d+\b", limit)]
        for what, limit in DOC.table("Limits")
    }
    assert written == expected
    assert commands.REF_MAX == commands.CLIENT_ID_MAX
    assert f"at most one each {calls.TYPING_EVERY:g} s" in DOC.text
    assert f"At least the last {read.RESUME_LIMIT} changes" in DOC.text
    assert f"Where {gathering.CROWD} sockets or more" in DOC.text
    assert f"wait up to {gathering.WINDOW:g} s for one another" in DOC.text


# Pages --------------------------------------------------------------------------------------------


def _routes(patterns: list[Any], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).strip("^$")
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            yield from _routes(pattern.url_patterns, route)
        elif (
            pattern.callback is not tidied
        ):  # which leads on to a page, from its address as it was pasted
            yield route


def _shape(path: str) -> str:
    return re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", "<>", path)


def test_every_page_is_written_down() -> None:
    rows = [*DOC.table("Pages"), *DOC.table("Files")]
    requests = " ".join(row[0] for row in rows)
    written = re.findall(r"`(?:GET|POST|HEAD|PATCH|DELETE) ([^`]+)`", requests)
    served = [*_routes(get_resolver().url_patterns), *health._ANSWERS]
    assert {_shape(path) for path in written} == {_shape(path) for path in served}


def test_every_metric_is_written_down() -> None:
    written = {(plain(name), kind) for name, kind, _ in DOC.table("Metrics")}
    counted = {
        (family.name + ("_total" if family.type == "counter" else ""), family.type)
        for family in REGISTRY.collect()
        if family.name.startswith("chat_")
    }
    assert written == counted

"""static/js/net/protocol.js knows the same contract as rooms/protocol.py."""

import json
import subprocess
from typing import Any

import pytest

from rooms import commands, protocol
from rooms.live import calls
from rooms.protocol import Close
from tests.support import documents
from tests.support.programs import ROOT, require_node
from tools import page_types

DOC = documents.read("docs/PROTOCOL.md")
# Every constant, what its functions say of each code, and the frames they make.
PROGRAM = """
import * as protocol from "./static/js/net/protocol.js";
const [codes, errors] = JSON.parse(process.argv[1]);
const constants = Object.entries(protocol).filter(([, value]) => typeof value !== "function");
console.log(JSON.stringify({
  ...Object.fromEntries(constants),
  reconnects: codes.filter(protocol.reconnectsAfter),
  temporary: errors.filter(protocol.isTemporary),
  frames: [
    protocol.post("c1", {body: "hello"}),
    protocol.post("c2", {body: "hi", reply_to: 3}), protocol.edit(3, "hey", "1"),
    protocol.edit(3, "hey", "1", null), protocol.edit(3, "hey", "1", "2026-11-22T15:10:00.000Z"),
    protocol.remove(3, "2"), protocol.react(3, "👍", true, "3"), protocol.pin(3, false, "4"),
    protocol.read(3, "5"), protocol.page(9, 50, "8"), protocol.typing(),
  ],
}));
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the page's module exports, and what it says of every code there is."""
    codes = [1000, 1001, 1006, 1012, *map(int, Close)]
    errors = [row[0].strip("`") for row in DOC.table("Errors")]
    command = [str(require_node()), "--input-type=module", "--eval", PROGRAM]
    result = subprocess.run(
        [*command, json.dumps([codes, errors])], cwd=ROOT, check=True, capture_output=True
    )
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_constants_are_the_same(page: dict[str, Any]) -> None:
    assert page["PROTOCOL"] == protocol.VERSION
    assert page["CLOSE"] == {code.name: int(code) for code in Close}
    assert page["PAGE_LIMIT"] == commands.PAGE_MAX
    assert page["TYPING_INTERVAL"] == calls.TYPING_EVERY * 1000


def test_the_shapes_are_the_same() -> None:
    written = (ROOT / "static" / "js" / "wire.d.ts").read_text(encoding="utf-8")
    assert written == page_types.module(), "run: python -m tools.page_types"


def test_frames_are_the_same(page: dict[str, Any]) -> None:
    for side, heading in (
        ("SERVER_FRAMES", "From the server"),
        ("CLIENT_FRAMES", "From the client"),
    ):
        written = {frame["type"] for frame in DOC.examples(heading)}
        assert set(page[side]) == written, heading


def test_the_page_reconnects_after_every_code_but_the_final_ones(page: dict[str, Any]) -> None:
    final = {int(code) for code in Close if code >= 4500}
    assert set(page["reconnects"]) == {1000, 1001, 1006, 1012, *map(int, Close)} - final


def test_the_page_sends_again_after_temporary_errors(page: dict[str, Any]) -> None:
    assert set(page["temporary"]) == {"rate_limited", "unavailable"}


def test_the_frames_it_makes_are_understood(page: dict[str, Any]) -> None:
    made = [commands.parse(json.dumps(frame), body_max=4000) for frame in page["frames"]]
    assert made == [
        commands.Post(client_id="c1", body="hello"),
        commands.Post(client_id="c2", body="hi", reply_to=3),
        commands.Edit(3, "hey", "1"),
        commands.Edit(3, "hey", "1", None),
        commands.Edit(3, "hey", "1", "2026-11-22T15:10:00.000Z"),
        commands.Delete(3, "2"),
        commands.React(3, "👍", True, "3"),
        commands.Pin(3, False, "4"),
        commands.Read(3, "5"),
        commands.PageRequest(9, 50, "8"),
        commands.Typing(),
    ]

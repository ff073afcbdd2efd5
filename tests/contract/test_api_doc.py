"""`openapi.json`, docs/API.md and the code say the same of the API, and it answers as they say."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from openapi_spec_validator import validate

from rooms.api import openapi
from rooms.api.events import WAIT, WAIT_MAX
from rooms.api.routes import OPERATIONS
from rooms.api.sockets import LISTENERS
from tests.live.members import members_of_a_room
from tests.live.test_api import api_of
from tests.live.test_bots import make_bot
from tests.support import documents
from tests.support.workers import Site

DOC = documents.read("docs/API.md")
# What every answer is held to. Examples for each operation are few: this runs with all other tests.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
EXAMPLES = "15"


def test_every_operation_is_written_down_and_no_other() -> None:
    written = {row[0].strip("`") for row in DOC.table("Requests")}
    assert written == {f"{each.method} {each.path}" for each in OPERATIONS}
    assert f"(0 to {WAIT_MAX}, {WAIT} unless told)" in DOC.text
    assert f"up to {LISTENERS} such requests" in DOC.text


def test_the_description_for_programs_is_valid() -> None:
    document = openapi.document()
    validate(document)
    described = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }
    assert described == {f"{each.method} {each.path}" for each in OPERATIONS}
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS)


async def test_whatever_is_asked_the_answer_is_one_that_is_described(
    site: Site, tmp_path: Path
) -> None:
    async with members_of_a_room(site, "Ada") as [ada]:
        bot = await make_bot(site, ada)
        await ada.post("to be read")
        async with api_of(bot) as api:
            there = f"/rooms/{ada.code}/files?name=report.txt"
            file = (await api.post(there, content=b"all 812 passed")).json()["id"]
        described = tmp_path / "openapi.json"
        described.write_text(json.dumps(_of_this_room(ada.code, file)))
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("st")), "run", str(described)),
            *("--url", f"{bot.base_url}/api/v1", "--header", f"Authorization: Bearer {bot.key}"),
            *("--checks", CHECKS, "--max-examples", EXAMPLES, "--phases", "coverage,fuzzing"),
            *("--request-timeout", "60", "--seed", "1", "--no-color"),
            env={"PATH": "/usr/bin:/bin", "NO_PROXY": "*", "HOME": str(tmp_path)},
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        await ada.post("the room is as it was")


def _of_this_room(code: str, file: str) -> dict[str, Any]:
    """Return the description with a room, a file and messages that there are, so that more is reached."""
    document: dict[str, Any] = json.loads(json.dumps(openapi.document()))
    there = {"room": {"enum": [code]}, "wait": {"enum": [0, 1]}, "emoji": {"enum": ["👍", "x"]}}
    there["file"] = {"enum": [file, "f_00000000"]}
    there["seq"] = {"type": "integer", "minimum": 1, "maximum": 6}
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = there.get(parameter["name"], parameter["schema"])
    return document

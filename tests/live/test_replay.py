"""A real channel log, played into real workers as the people who wrote it."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rooms.replay import irc
from rooms.replay.irc import Said
from rooms.replay.play import Performance
from tests.support.client import Visitor
from tests.support.plugin import StartSite
from tests.support.processes import free_port
from tests.support.programs import ROOT
from tests.support.workers import Site

LOG = ROOT / "tests" / "data" / "ubuntu-2004-11-15.txt"


def replay(site: Site, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "replay", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=site.env, capture_output=True, text=True)


def transcript(site: Site, code: str) -> list[tuple[str, str, str]]:
    """Kind, name and text of every message, from the database."""
    return [
        (kind, name, body)
        for kind, name, body in site.rows(
            "SELECT m.kind, u.display_name, m.body FROM history_message m"
            " JOIN rooms_room r ON r.stream_id = m.stream_id"
            " LEFT JOIN rooms_user u ON u.id = m.author_id WHERE r.code = %s ORDER BY m.seq",
            [code],
        )
    ]


@pytest.mark.parametrize("where", ["site", "cluster"])
def test_the_transcript_is_the_log(where: str, request: pytest.FixtureRequest) -> None:
    """On SQLite with one worker, and on PostgreSQL and Redis with the visitors over two."""
    site: Site = request.getfixturevalue(where)
    over = [part for url in site.urls for part in ("--base-url", url)]
    result = replay(site, LOG, LOG, *over)
    assert result.returncode == 0, result.stderr
    codes = re.findall(r"room (\w+), as in the log", result.stdout)
    assert len(set(codes)) == 2  # a room for each
    for code in codes:
        messages = transcript(site, code)
        said = [
            (line.nick, line.text) for line in irc.parse(LOG.read_text()) if isinstance(line, Said)
        ]
        assert [
            (name, body) for kind, name, body in messages if kind == "chat" and body[:2] != "* "
        ] == said
        assert ("chat", "|trey|", "* |trey| shuts up") in messages
        renamed = messages.index(("leave", "ubuntor", ""))
        assert messages[renamed + 1] == ("join", "GNUsual", "")


async def test_a_transcript_that_is_not_the_log_is_shown_where_it_differs(site: Site) -> None:
    performance = Performance(lines=irc.parse(LOG.read_text())[:10], base_urls=[site.url])
    await performance.play()
    assert await performance.compare() == []
    assert performance.code is not None
    async with (
        Visitor(site.url, "Stranger") as stranger,
        stranger.socket(await stranger.join(performance.code)) as room,
    ):
        await room.post("I was never\nin that log")
    difference = await performance.compare()
    await performance.close()
    assert "+--> Stranger" in difference
    assert "+<Stranger> I was never\\nin that log" in difference


async def test_two_nicks_that_read_the_same_get_names_that_do_not(site: Site) -> None:
    log = [Said(600, "brandan", "hello"), Said(601, "Brandan", "hello yourself")]
    performance = Performance(lines=log, base_urls=[site.url])
    await performance.play()
    assert await performance.compare() == []
    assert performance.renamed() == {"Brandan": "Brandan_"}
    await performance.close()


async def test_a_room_that_everyone_has_left_is_compared_too(site: Site) -> None:
    log = irc.parse("=== a [a@h]  has joined #c\n[10:00] <a> x\n=== a [a@h]  has left #c\n")
    performance = Performance(lines=log, base_urls=[site.url])
    await performance.play()
    assert await performance.compare() == []
    await performance.close()


async def test_it_waits_when_the_site_asks_it_to(start_site: StartSite) -> None:
    site = start_site(settings={"CHAT_RATE_LIMITS": "on"})
    log = [Said(600, "chatterbox", f"line {number}") for number in range(105)]
    performance = Performance(lines=log, base_urls=[site.url])
    await performance.play()
    assert await performance.compare() == []
    await performance.close()


async def test_it_keeps_to_the_logs_own_time(site: Site) -> None:
    log = [Said(600, "a", "one"), Said(601, "a", "two")]
    performance = Performance(lines=log, base_urls=[site.url], speed=60)
    started = datetime.now(UTC)
    await performance.play()
    await performance.close()
    [_, (second,)] = site.rows(
        "SELECT m.at FROM history_message m JOIN rooms_room r ON r.stream_id = m.stream_id"
        " WHERE r.code = %s AND m.kind = 'chat' ORDER BY m.seq",
        [performance.code],
    )
    # From the start: on a busy machine the first line itself may be late.
    passed = datetime.fromisoformat(second).replace(tzinfo=UTC) - started
    assert passed.total_seconds() >= 1


def test_a_site_that_is_not_there_is_said_at_once(site: Site) -> None:
    result = replay(site, LOG, "--base-url", f"http://127.0.0.1:{free_port()}")
    assert result.returncode != 0
    assert "cannot be reached" in result.stderr
    assert "1 of 1 logs did not go as written" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"), [(None, "No such file"), ("Dear diary,\n", "line 1 is not one of")]
)
def test_a_file_that_is_no_log_is_refused(
    text: str | None, said: str, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "log.txt"
    if text is not None:
        path.write_text(text)
    result = replay(site, path)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr

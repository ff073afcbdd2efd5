"""The key that signs sessions: none in the code, made once, kept from others, never done without."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import ROOT

SHOW_KEY = "from django.conf import settings; print(settings.SECRET_KEY)"


def start(data: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Read the site's settings in a process of its own, and print the key."""
    return subprocess.run(
        [sys.executable, "-c", SHOW_KEY],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
            "CHAT_DATA_DIR": str(data),
            **env,
        },
        capture_output=True,
        text=True,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_key_for_its_user_only(tmp_path: Path) -> None:
    first, second = start(tmp_path / "new"), start(tmp_path / "new")
    key = first.stdout.strip()
    assert len(key) >= 50
    assert second.stdout.strip() == key
    assert start(tmp_path / "other").stdout.strip() != key
    assert mode(tmp_path / "new" / "secret_key") == 0o600
    assert mode(tmp_path / "new" / "chat.sqlite3") == 0o600
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"secret_key", "chat.sqlite3"}


def test_a_key_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("made by hand, or copied from a backup")
    (tmp_path / "secret_key").chmod(0o644)
    assert start(tmp_path).stdout.strip() == "made by hand, or copied from a backup"
    assert mode(tmp_path / "secret_key") == 0o600


@pytest.mark.parametrize("debug", ["off", "on"])
def test_it_does_not_start_without_a_key_where_none_can_be_kept(debug: str) -> None:
    result = start(Path("/dev/null/data"), DEBUG=debug)
    assert result.returncode != 0
    assert "No SECRET_KEY is set" in result.stderr
    assert result.stdout == ""


def test_a_key_that_is_given_is_the_one(tmp_path: Path) -> None:
    assert start(tmp_path, SECRET_KEY="given").stdout.strip() == "given"
    assert not (tmp_path / "secret_key").exists()

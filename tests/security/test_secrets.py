"""The key that signs sessions: none in the code, made once, kept from others, never done without."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import ROOT

SHOW_KEY = "from django.conf import settings; print(settings.SECRET_KEY)"


def start(data: Path, *, first: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Read the site's settings in a process of its own, after `first`, and print the key."""
    return subprocess.run(
        [sys.executable, "-c", f"{first}\n{SHOW_KEY}"],
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


@pytest.mark.parametrize("text", ["", " \n", "cut off", "\0" * 67], ids=repr)
def test_it_does_not_start_with_a_key_that_is_none_and_says_what_to_do(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "secret_key").write_text(text)
    result = start(tmp_path)
    assert result.returncode != 0
    assert result.stdout == ""
    assert f"{tmp_path / 'secret_key'} is " in result.stderr
    assert "remove the file" in result.stderr
    assert (tmp_path / "secret_key").read_text() == text, "it may be put right"
    (tmp_path / "secret_key").unlink()
    assert len(start(tmp_path).stdout.strip()) >= 50


def test_a_blank_key_in_the_environment_is_none(tmp_path: Path) -> None:
    result = start(tmp_path, SECRET_KEY="  ")
    assert result.returncode != 0
    assert "SECRET_KEY is blank" in result.stderr


@pytest.mark.parametrize("step", ["fdopen", "link"])
def test_a_first_start_that_was_killed_keeps_no_other_from_starting(
    tmp_path: Path, step: str
) -> None:
    """In a container the process id is the same each time."""
    contained = "import os; os.getpid = lambda: 1"
    killed = start(tmp_path, first=f"{contained}; os.{step} = lambda *_: os._exit(137)")
    assert killed.returncode == 137
    assert len(list(tmp_path.iterdir())) == 1, "the draft is left"
    assert len(start(tmp_path, first=contained).stdout.strip()) >= 50
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "chat.sqlite3"}


@pytest.mark.parametrize("debug", ["off", "on"])
def test_it_does_not_start_without_a_key_where_none_can_be_kept(debug: str) -> None:
    result = start(Path("/dev/null/data"), DEBUG=debug)
    assert result.returncode != 0
    assert "No SECRET_KEY is set" in result.stderr
    assert result.stdout == ""


def test_a_key_that_is_given_is_the_one(tmp_path: Path) -> None:
    assert start(tmp_path, SECRET_KEY="given").stdout.strip() == "given"
    assert not (tmp_path / "secret_key").exists()


def test_a_data_directory_that_cannot_be_made_is_told_in_a_sentence() -> None:
    result = start(Path("/dev/null/data"), SECRET_KEY="given")
    assert result.returncode != 0
    last = result.stderr.splitlines()[-1]
    assert last.startswith(
        "django.core.exceptions.ImproperlyConfigured: No database can be kept in"
    )

"""Make pictures again in processes of their own, a few at a time, and wait for them."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rooms.imaging.formats import HEAD, type_of
from rooms.imaging.limits import Limits

logger = logging.getLogger(__name__)

# Half of the cores, as far as one worker is concerned.
AT_ONCE = min(2, max(1, (os.cpu_count() or 1) // 2))

_ROOT = Path(__file__).resolve().parents[2]
# -I: neither the environment nor the folder it starts in decides what is imported.
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); from rooms.imaging.child import main; main()"
)
# What a Python may need to start. All other variables, keys among them, are kept from it.
_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT")
_LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What was made of a picture: two files of WebP. All measures are in pixels, and upright."""

    type: str
    """The media type of the file that was sent."""
    width: int
    height: int
    """Of the picture that was sent."""
    frames: int
    moves: bool
    """Whether the view is an animation; the thumbnail never is."""
    thumb_width: int
    thumb_height: int
    view_width: int
    view_height: int


class _Unreadable(Exception):
    """No picture can be made of the file; the text says why, for the log."""


class Remaker:
    """At most `at_once` processes, and a queue of the files that wait for one."""

    def __init__(self, *, at_once: int = AT_ONCE, limits: Limits | None = None) -> None:
        self._executor = ThreadPoolExecutor(at_once, thread_name_prefix="picture")
        self._limits = limits or Limits()

    def remake(self, source: Path, *, thumb: Path, view: Path) -> Picture | None:
        """Write a thumbnail and a view of a picture; None, and neither file, if it is none that can be shown.

        Anything but a picture is told at once. What is wrong with a picture is logged and never raised.
        """
        kind = type_of_file(source)
        if kind is None:
            return None
        return self._executor.submit(_Job(source, kind, thumb, view, self._limits).run).result()


def type_of_file(path: Path) -> str | None:
    """Return the media type of a picture that a page may show, by how the file begins; else None."""
    try:
        with path.open("rb") as file:
            return type_of(file.read(HEAD))
    except OSError as error:
        logger.warning("a file could not be looked at: %s", error.strerror)
        return None


class _Job:
    """One picture, on a thread of the remaker's."""

    def __init__(self, source: Path, kind: str, thumb: Path, view: Path, limits: Limits) -> None:
        self._source, self._kind, self._limits = source, kind, limits
        self._targets = thumb, view

    def run(self) -> Picture | None:
        try:
            return self._make()
        except (_Unreadable, OSError) as error:
            self._discard()
            logger.warning("no picture was made of a file (%s): %s", self._kind, error)
            return None

    def _discard(self) -> None:
        for target in self._targets:
            target.unlink(missing_ok=True)
            _part(target).unlink(missing_ok=True)

    def _make(self) -> Picture:
        with (
            self._source.open("rb", buffering=0) as source,
            tempfile.TemporaryFile(dir=self._targets[0].parent) as made,
        ):
            self._wait(self._start(source, made))
            made.seek(0)
            answer = _answer(made.readline(_LONGEST_ANSWER))
            try:
                picture = _picture(self._kind, answer)
                lengths = [int(length) for length in answer["lengths"]]
            except (KeyError, TypeError, ValueError) as error:
                raise _Unreadable("its process answered nonsense") from error
            for target, length in zip(self._targets, lengths, strict=True):
                _keep(made.read(length), target)
            return picture

    def _start(self, source: IO[bytes], made: IO[bytes]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-I", "-c", _START, str(_ROOT)]
        return subprocess.Popen(
            [*command, self._kind, self._limits.to_json()],
            stdin=source,
            stdout=made,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            cwd=_ROOT.anchor,
            start_new_session=True,
        )

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        """Return when the process has ended well, within its time."""
        try:
            code = process.wait(self._limits.seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.wait()
            raise _Unreadable(f"took longer than {self._limits.seconds} s") from error
        if code < 0:
            raise _Unreadable(f"its process was ended by {signal.Signals(-code).name}")
        if code:
            raise _Unreadable(f"its process ended with {code}")


def _answer(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise _Unreadable("its process answered nothing") from error
    if not isinstance(answer, dict):
        raise _Unreadable("its process answered nonsense")
    if "refused" in answer:
        raise _Unreadable(str(answer["refused"])[:200])
    return answer


def _picture(kind: str, answer: dict[str, Any]) -> Picture:
    sides = [int(side) for name in ("size", "thumb", "view") for side in answer[name]]
    width, height, thumb_width, thumb_height, view_width, view_height = sides
    return Picture(
        type=kind,
        width=width,
        height=height,
        frames=int(answer["frames"]),
        moves=bool(answer["moves"]),
        thumb_width=thumb_width,
        thumb_height=thumb_height,
        view_width=view_width,
        view_height=view_height,
    )


def _keep(data: bytes, target: Path) -> None:
    """Write a file that is there whole or not at all, and only what is what it says."""
    if type_of(data[:HEAD]) != "image/webp":
        raise _Unreadable("its process made no picture")
    part = _part(target)
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


remaker = Remaker()

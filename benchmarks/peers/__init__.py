"""The servers this project is compared with, and what installs them.

Each install raises NotInstalled if the peer cannot be had here.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHANNELS = HERE / "channels"
FLASK = HERE / "flask"
NODE = HERE / "node"
REQUIREMENTS = HERE.parent / "requirements.txt"
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"


class NotInstalled(Exception):
    """The text says why, in one line."""


def install_python() -> None:
    """Make benchmarks/.venv: the Flask-SocketIO peer, and py-spy."""
    stamp = VENV / "stamp"
    if _unchanged(stamp, REQUIREMENTS):
        return
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    _run([str(PYTHON), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)])
    _stamp(stamp, REQUIREMENTS)


def install_node() -> None:
    lock = NODE / "package-lock.json"
    stamp = NODE / "node_modules" / ".stamp"
    if _unchanged(stamp, lock):
        return
    _run(["npm", "ci", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"], NODE)
    _stamp(stamp, lock)


def _unchanged(stamp: Path, source: Path) -> bool:
    return stamp.is_file() and stamp.read_text() == _fingerprint(source)


def _stamp(stamp: Path, source: Path) -> None:
    stamp.write_text(_fingerprint(source))


def _fingerprint(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def _run(command: Sequence[str], cwd: Path | None = None) -> None:
    try:
        subprocess.run(command, check=True, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        raise NotInstalled(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or error.stdout.strip() or "no output").splitlines()[-1]
        raise NotInstalled(f"{' '.join(command[:3])} failed: {last}") from None

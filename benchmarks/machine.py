"""Describe the machine that the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.support import programs


def describe(*, command: str, minutes: float) -> dict[str, Any]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": command,
        "minutes": round(minutes, 1),
        "cpu": _cpu(),
        "kernel": platform.release(),
        "versions": {
            "Python": platform.python_version(),
            "Django": version("django"),
            "Channels": version("channels"),
            "Daphne": version("daphne"),
            "Node": _said("node", "--version"),
            "PostgreSQL": _said(str(programs.require_postgres_directory() / "postgres"), "-V"),
            "Redis": _said(str(programs.require_redis_server()), "--version"),
        },
        "load_average": os.getloadavg()[2],
        "flush_ms": _flush_ms(),
    }


def _flush_ms() -> float:
    """The median time of a write and fsync of 4 KiB: the least a commit can take."""
    took = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return round(sorted(took)[50] * 1e3, 2)


def _cpu() -> str:
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return f"{os.cpu_count()} × {name.group(1) if name else platform.machine()}"


def _said(*command: str) -> str:
    try:
        output = subprocess.run(command, capture_output=True, text=True).stdout
    except FileNotFoundError:
        return "missing"
    found = re.search(r"\d+(\.\d+)+", output)
    return found.group() if found else output.strip()

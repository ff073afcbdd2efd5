"""Write requirements.txt and requirements-dev.txt: every package, at the version pip chooses now.

    .venv/bin/python -m tools.lock

The .in files say what is wanted and why a version is too old; the .txt files are what people,
tests and deployments install. Run it with the oldest supported Python, so that backports which
only that one needs are among the pins.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    site = _resolve("requirements.in")
    everything = _resolve("requirements-dev.in")
    _write("requirements", site)
    tools = {name: version for name, version in everything.items() if name not in site}
    _write("requirements-dev", tools, first="-r requirements.txt")


def _resolve(source: str) -> dict[str, str]:
    """Name to version of what pip would install on a machine that has nothing."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command = [*pip, "--dry-run", "--ignore-installed", "--report", "-", "-r", source]
    report = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    found = (package["metadata"] for package in json.loads(report)["install"])
    return {package["name"]: package["version"] for package in found}


def _write(name: str, versions: dict[str, str], *, first: str = "") -> None:
    markers = _markers(ROOT / f"{name}.in")
    lines = [f"# Made from {name}.in by tools/lock.py: edit that file, then run this one."]
    lines += [first] if first else []
    for package in sorted(versions, key=str.lower):
        pin = f"{package}=={versions[package]}"
        marker = markers.get(_canonical(package))
        lines.append(f"{pin}; {marker}" if marker else pin)
    (ROOT / f"{name}.txt").write_text("\n".join(lines) + "\n")


def _markers(source: Path) -> dict[str, str]:
    """The conditions ("; sys_platform …") of the source, which pip's report leaves out."""
    found = re.findall(r"^([\w.-]+)[^;#\n]*;\s*(.+)$", source.read_text(), re.MULTILINE)
    return {_canonical(package): marker for package, marker in found}


def _canonical(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


if __name__ == "__main__":
    main()

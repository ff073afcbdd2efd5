"""What can be said of dependencies and secrets without a network.

    .venv/bin/python -m tools.audit

Every package is pinned to one version and of a licence that is known to suit; every JavaScript
package has its hash; no tracked file holds a key. Whether a pinned version has a known hole is asked
elsewhere (SECURITY.md), since only public lists know.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# As their authors write them. Ours is MIT: the first kind asks for no more than a notice; of the
# second a file, or a library that is used as it is, may be part of the whole.
LICENCES = {
    "Apache 2.0", "Apache License, Version 2.0", "Apache Software License", "Apache-2.0", "BSD",
    "BSD 2-Clause License", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC",
    "MIT", "MIT License", "MIT-0", "PSF-2.0", "Python Software Foundation License", "TCL", "ZPL-2.1",
    "LGPL-3.0-only", "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)",
}  # fmt: skip
# A tool that reads our templates, and is part of nothing that we hand on.
ONLY_A_TOOL = {"djlint": "GPL-3.0-or-later"}

_PIN = re.compile(r"([\w.-]+)==([\w.!+]+)(?:;.*)?")
_SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{50}",
    "a token of GitLab": r"\bglpat-[\w-]{20}",
    "a token of Slack": r"\bxox[abposr]-[\w-]{20}",
    "a token of PyPI or npm": r"\bpypi-[\w-]{50}|\bnpm_[A-Za-z0-9]{36}",
    "a key of Google": r"\bAIza[\w-]{35}\b",
    "a key of Stripe": r"\b[rs]k_live_[A-Za-z0-9]{20}",
    "a signed token": r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}",
    # What looks as if it had been drawn at random and is called a secret.
    "a secret": r"(?i)(?:secret|password|passwd|token|api_?key)\w*[\"']?\s*[:=]\s*[\"']?"
    r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])([\w+/=]{24,})",
    "a password in an address": r"\b[a-z]+://[\w.-]+:(?!password@|THE-PASSWORD@|[${])[^\s:/@\"'`]{6,}@",
}


def main() -> int:
    complaints = [*dependencies(), *javascript(), *secrets(_tracked())]
    print("\n".join(complaints) or "nothing found; known holes were not looked up: SECURITY.md")
    return 1 if complaints else 0


def dependencies() -> Iterator[str]:
    for file in sorted(ROOT.glob("requirements*.txt")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            text = line.partition("#")[0].strip()
            if not text or text.startswith("-r "):
                continue
            pin = _PIN.fullmatch(text)
            if pin is None:
                yield f"{file.name}:{number}: not pinned to one version: {text}"
            elif bad := _bad_licence(pin[1]):
                yield f"{file.name}:{number}: {pin[1]} has a licence nobody has judged: {bad}"


def _bad_licence(name: str) -> str:
    """ "" if it is a known one, or the package is not installed here: a program's wrapping."""
    try:
        about: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [
        entry.rpartition(" :: ")[2]
        for entry in about.get_all("Classifier") or []
        if entry.startswith("License ::")
    ]
    stated = about.get("License-Expression") or ""
    if stated:
        parts = re.split(r"\s+(?:AND|OR)\s+|[()]", stated)
    else:
        first = (about.get("License") or "").strip().splitlines()[:1]
        parts = [part for part in classifiers if part != "DFSG approved"] or re.split(
            r"\s+(?:AND|OR)\s+", *first or [""]
        )
    unknown = [part for part in parts if part and part not in LICENCES]
    if not any(parts) or (unknown and ONLY_A_TOOL.get(name) != stated):
        return stated or ", ".join(parts) or "none"
    return ""


def javascript() -> Iterator[str]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for path, package in packages.items():
        if not path:
            continue
        licences = set(re.split(r"\s+(?:AND|OR)\s+", package.get("license", "")))
        if not package.get("integrity", "").startswith("sha512-"):
            yield f"package-lock.json: {path} has no hash"
        if not licences <= LICENCES:
            yield f"package-lock.json: {path} has a licence nobody has judged: {licences}"


def secrets(files: Iterable[Path]) -> Iterator[str]:
    for path in files:
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for kind, pattern in _SECRETS.items():
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}: {kind}"


def _tracked() -> list[Path]:
    """The files of the tree; where git knows nothing of it, those a clone would have."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    result = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    if result.returncode == 0:
        return [ROOT / name for name in result.stdout.split("\0") if name]
    ours = (
        "bin",
        "chatsite",
        "rooms",
        "history",
        "static",
        "templates",
        "tests",
        "tools",
        "deploy",
    )
    return [path for name in ours for path in (ROOT / name).rglob("*") if path.is_file()]


if __name__ == "__main__":
    sys.exit(main())

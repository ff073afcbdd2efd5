"""Look for secrets in the files of the tree, and for JavaScript packages without hash or licence.

    .venv/bin/python -m tools.audit

It needs no network. The licences of Python's packages are pip-licenses' to check, whether a pinned
version has a known hole is looked up in public lists (SECURITY.md).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Of the tools that package.json names; the site has no JavaScript package of its own.
LICENCES = {"Apache-2.0", "ISC", "MIT", "MPL-2.0"}

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
    complaints = [*javascript(), *secrets(_tracked())]
    print("\n".join(complaints) or "nothing found; known holes were not looked up: SECURITY.md")
    return 1 if complaints else 0


def javascript() -> Iterator[str]:
    """Yield a complaint for each package of package-lock.json that has no hash, or another licence."""
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
    """Yield a complaint for each place in the files that looks like a secret."""
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
    """Return the files of the tree; where git knows nothing of it, those that a clone would have."""
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

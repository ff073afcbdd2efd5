"""tools/audit.py finds what it is for."""

from pathlib import Path

import pytest

from tests.support.programs import ROOT
from tools import audit

# Put together here, so that the search of this very file finds nothing.
PLANTED = {
    "a private key": "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEpAIBAAKCAQEA",
    "a key of AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "a token of GitHub": "ghp_" + "a1B2" * 9,
    "a token of Slack": "xoxb-" + "123456789012-abcdefghij",
    "a secret": 'SECRET_KEY = "' + "q8Zr3v" * 6 + '"',
    "a password in an address": "postgres://chat:" + "hunter22" + "@db.example/chat",
}


def test_this_tree_is_clean() -> None:
    assert audit.main() == 0


@pytest.mark.parametrize("kind", PLANTED)
def test_a_secret_in_a_file_is_found(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.py"
    file.write_text(f"# nothing here\n{PLANTED[kind]}\n")
    assert [line.rpartition(": ")[2] for line in audit.secrets([file])] == [kind]


def test_a_text_that_only_looks_like_a_secret_is_none(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(
        "SECRET_KEY=$(openssl rand -hex 32)\npassword: THE-PASSWORD\n"
        "redis://127.0.0.1:6379/0 postgres://chat:password@127.0.0.1/chat\ntoken = request.token\n"
    )
    assert list(audit.secrets([file])) == []


def test_a_licence_nobody_has_judged_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "LICENCES", audit.LICENCES - {"MIT"})
    assert any("licence" in complaint for complaint in audit.javascript())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_its_hashes(name: str) -> None:
    """A single requirement with a hash makes pip refuse all that have none."""
    lines = (ROOT / name).read_text().splitlines()
    starts = [line for line in lines if line and not line.startswith(("#", " "))]
    assert starts
    assert all("==" in line and line.endswith("\\") for line in starts)

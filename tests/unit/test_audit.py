"""tools/audit.py finds what it is for."""

from pathlib import Path

import pytest

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


def test_what_only_reads_like_one_is_none(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(
        "SECRET_KEY=$(openssl rand -hex 32)\npassword: THE-PASSWORD\n"
        "redis://127.0.0.1:6379/0 postgres://chat:password@127.0.0.1/chat\ntoken = request.token\n"
    )
    assert list(audit.secrets([file])) == []


@pytest.mark.parametrize("line", ["Django>=5", "Django", "git+https://evil.example/x.git"])
def test_what_is_not_pinned_is_found(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text(f"# pins\n-r other.txt\nredis==8.1.0\n{line}\n")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    [complaint] = audit.dependencies()
    assert complaint.startswith("requirements.txt:4: not pinned")


def test_a_licence_nobody_has_judged_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "LICENCES", audit.LICENCES - {"MIT"})
    assert any("redis has a licence" in complaint for complaint in audit.dependencies())
    assert any("licence" in complaint for complaint in audit.javascript())

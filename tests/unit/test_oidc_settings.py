"""What the settings of the provider may be."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite import oidc
from rooms import roles
from rooms.actions.identities import SUPERUSER


def test_groups_give_the_roles_that_there_are() -> None:
    assert {*roles.ROLES, SUPERUSER} == set(oidc.ROLES)
    text = "CN=Desk,OU=Chat=moderator; /chat admins = administrator;;root=superuser;"
    assert oidc.roles(text) == {
        "CN=Desk,OU=Chat": "moderator",
        "/chat admins": "administrator",
        "root": "superuser",
    }
    assert oidc.roles("") == {}


@pytest.mark.parametrize("text", ["desk", "desk=king", "=moderator", "a=moderator; a=superuser"])
def test_a_role_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        oidc.roles(text)


def test_an_issuer_is_https_or_on_this_machine() -> None:
    good = [
        "https://login.example.org",
        "https://login.example.org/realms/staff/",
        "http://127.0.0.1:8080",
    ]
    assert [url for url in good if not oidc.is_issuer(url)] == []
    bad = [
        "login.example.org", "http://login.example.org", "http://10.1.2.3", "https://", "https://a@b.example",
        "https://login.example.org?x", "https://login.example.org#x", "https://login.example.org:port",
    ]  # fmt: skip
    assert [url for url in bad if oidc.is_issuer(url)] == []


def test_a_secret_is_in_a_variable_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    assert oidc.secret("", str(file)) == "of the file"
    assert oidc.secret("of the variable", "") == "of the variable"
    for value, place in [("", ""), ("both", str(file)), ("", str(tmp_path / "none"))]:
        with pytest.raises(ImproperlyConfigured, match="CHAT_OIDC_CLIENT_SECRET_FILE"):
            oidc.secret(value, place)

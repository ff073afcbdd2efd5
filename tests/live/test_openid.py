"""A real worker and a real provider: settings from the environment, and requests from a page's thread."""

from pathlib import Path

import httpx

from tests.support.openid import SECRET, OpenIDProvider
from tests.support.plugin import StartSite


def test_staff_come_by_the_provider_and_go_with_their_group(
    start_site: StartSite, tmp_path: Path
) -> None:
    provider = OpenIDProvider(tmp_path)
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    site = start_site(
        settings={
            "CHAT_OIDC_ISSUER": provider.issuer,
            "CHAT_OIDC_CLIENT_ID": "chat",
            "CHAT_OIDC_CLIENT_SECRET_FILE": str(secret),
            "CHAT_OIDC_SCOPES": "openid profile groups",
            "CHAT_OIDC_ROLES": "/desk=moderator; CN=Admins,OU=Chat=administrator",
            "CHAT_OIDC_LABEL": "Example Ltd",
            "CHAT_ADMIN_PATH": "staff/desk/",
            "CHAT_OUTBOUND": "off",
        }
    )
    desk = f"{site.url}/staff/desk"
    provider.takes_back_to(f"{desk}/openid/callback/")
    with provider, httpx.Client(base_url=site.url) as ada, httpx.Client(base_url=site.url) as other:
        login = ada.get(f"{desk}/login/")
        assert "Sign in with Example Ltd" in login.text
        assert "form-action 'self';" in login.headers["Content-Security-Policy"]

        provider.person("ada", "/desk", "CN=Admins,OU=Chat", name="Ada")
        there = ada.get(ada.get(answered(ada, provider, desk)).headers["Location"])
        assert there.status_code == 200
        assert "Reports" in there.text
        assert "Ada" in there.text

        provider.person("ada")
        refused = other.get(answered(other, provider, desk))
        assert refused.status_code == 403
        assert "in none of the groups" in refused.text
        assert ada.get(f"{desk}/").headers["Location"] == "/staff/desk/login/?next=/staff/desk/"

        back = answered(other, provider, desk)
        provider.process.kill()
        away = other.get(back)
        assert away.status_code == 503
        assert "does not answer as it should" in away.text
        log = site.workers[0].log_text()
        assert "no sign-in by the provider: POST" in log
        assert SECRET not in log
        assert "code=" not in log


def answered(browser: httpx.Client, provider: OpenIDProvider, desk: str) -> str:
    """Follow the link to the provider as Ada, and return the way back."""
    asked = browser.get(f"{desk}/openid/begin/", headers={"Sec-Fetch-Site": "same-origin"})
    assert asked.status_code == 302, asked.text
    return provider.answer(asked.headers["Location"], "ada")

"""A provider of OpenID Connect on this machine: oidc-provider, from npm, in a process of its own."""

from pathlib import Path
from typing import Any

import httpx

from tests.support.processes import Process, free_port
from tests.support.programs import ROOT, require_node

SECRET = "a secret with : and % in it, of the client alone"


class OpenIDProvider:
    """Started in the body. Takes answers back to the sites whose `callbacks` it was given before."""

    def __init__(self, directory: Path, *callbacks: str) -> None:
        port = free_port()
        self.issuer = f"http://127.0.0.1:{port}"
        # One for all, without anybody's cookies from one sign-in to the next: each would read all certificates.
        self._browser = httpx.Client(base_url=self.issuer, verify=False)
        self.process = Process(
            [require_node(), ROOT / "tests/support/openid-provider.mjs", str(port), *callbacks],
            log=directory / f"openid-{port}.log",
            ready=r"^provider of ",
            cwd=ROOT,
        )

    def takes_back_to(self, callback: str) -> None:
        """Know one more site, before it is started."""
        self.process.command.append(callback)

    def __enter__(self) -> "OpenIDProvider":
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self.process.kill()

    def person(self, sub: str, *groups: str, **claims: Any) -> None:
        """Have a person there, in these groups and no others."""
        self._put(f"people/{sub}", {"groups": groups, **claims})

    def forge(self, **how: Any) -> None:
        """Change the next ID token: `claims`, `header`, `by` which key."""
        self._put("forge", how)

    def answer(self, question: str, sub: str | None) -> str:
        """Sign in as somebody where a site has sent the browser, or refuse to: the way back to the site."""
        self._browser.cookies.clear()
        asked = self._browser.get(question)
        assert asked.status_code == 303, asked.text
        there = self._browser.post(asked.headers["Location"], data={"sub": sub} if sub else {})
        back = self._browser.get(there.headers["Location"])
        assert back.status_code == 303, back.text
        return back.headers["Location"]

    def _put(self, path: str, value: Any) -> None:
        self._browser.put(path, json=value).raise_for_status()

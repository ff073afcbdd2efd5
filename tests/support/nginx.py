"""The shipped nginx configuration, rendered for a test and run."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import Process, free_port
from tests.support.programs import ROOT, require_nginx

SHIPPED = ROOT / "deploy" / "nginx"
# Where nginx keeps bodies that are too large for memory: not in the machine's own directories.
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def render(template: str, **variables: str) -> str:
    """What `envsubst '${A} ${B}…'` makes of a template: these variables and no others."""
    for name, value in variables.items():
        template = template.replace("${" + name + "}", value)
    return template


class Nginx:
    """nginx before workers: deploy/nginx as it is, but for its ports, paths and user."""

    def __init__(
        self,
        workers: Sequence[str],
        *,
        static: Path,
        tls: tuple[Path, Path] | None = None,
        tighter: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """`workers`: host:port of each. `static`: the collected files. `tls`: certificate, key.
        `variables`: others of the template's, in place of what a test usually has.

        `tighter`: parts of the template, and what stands there instead so that a limit is soon met.
        """
        self.port = free_port()
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        listen = f"127.0.0.1:{self.port}"
        if tls:
            # As DEPLOYMENT.md has it; sockets come over HTTP/1.1 all the same.
            listen += f" ssl http2; ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}"
        self.directory = Path(tempfile.mkdtemp(prefix="chat-nginx-"))
        conf = self.directory / "conf.d"
        conf.mkdir()
        template = (SHIPPED / "chat.conf.template").read_text()
        for shipped, instead in (tighter or {}).items():
            assert shipped in template
            template = template.replace(shipped, instead)
        (conf / "chat.conf").write_text(
            render(
                template.replace("/dev/stdout", f"{self.directory}/access.log"),
                **{
                    "CHAT_NAMES": "127.0.0.1 localhost",
                    "CHAT_SCHEME": "$scheme",
                    "CHAT_WORKERS": "\n    ".join(
                        f"server {worker} max_fails=0;" for worker in workers
                    ),
                    **(variables or {}),
                    "CHAT_LISTEN": listen,
                    "CHAT_STATIC": str(static),
                },
            )
        )
        (conf / "temporary.conf").write_text(
            "".join(f"{name}_temp_path {self.directory}/{name};\n" for name in _TEMPORARY)
        )
        main = (SHIPPED / "nginx.conf").read_text()
        # Only root can be another user, and another user could not read a test's directory.
        main = main.replace("user www-data;", "user root;" if os.geteuid() == 0 else "")
        main = main.replace("/run/nginx.pid", f"{self.directory}/nginx.pid")
        main = main.replace("/etc/nginx/conf.d", str(conf))
        self._main = self.directory / "nginx.conf"
        self._main.write_text(main)
        # At `notice` it says when it has started.
        command = [*self._command, "-g", "daemon off; error_log stderr notice;"]
        self.process = Process(
            command, log=self.directory / "nginx.log", ready=r"start worker process"
        )

    @property
    def access_log(self) -> Path:
        return self.directory / "access.log"

    def check(self) -> str:
        """What `nginx -t` says. Raises subprocess.CalledProcessError if it does not like it."""
        command = [*self._command, "-t"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        """At once: connections are cut."""
        self.process.stop(signal.SIGTERM)

    def close(self) -> None:
        if self.process.alive:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def _command(self) -> list[str | Path]:
        return [require_nginx(), "-p", self.directory, "-c", self._main]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

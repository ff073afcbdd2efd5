"""The command line of the server: Daphne's, with flags added and removed."""

import argparse
import logging
import os
import resource
import sys
from functools import partial
from typing import Any

from daphne.cli import CommandLineInterface
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from chatsite.server.server import FAILED, Server
from chatsite.server.tls import names
from chatsite.server.tls.front import Options

# Open files to ask the system for.
FILES = 65536
# Seconds for which a thread that computes may keep the interpreter from the event loop. A post needs
# the interpreter back some twenty times, after each wait for the network, a lock or the database:
# beside a long search it took 279 ms at the 99th percentile with Python's 5 ms, and takes 148 ms.
SWITCH_INTERVAL = 0.001


class CommandLine(CommandLineInterface):  # type: ignore[misc]
    """All of Daphne's flags but --root-path, with two other defaults."""

    description = "The chat's HTTP and WebSocket server"
    server_class: Any = Server

    def __init__(self) -> None:
        super().__init__()
        self.parser.prog = "python -m chatsite.server"
        # When everybody reconnects at once, the last of them wait for longer than Daphne's 5 s.
        self.parser.set_defaults(server_name="", websocket_connect_timeout=20)
        self.parser.add_argument(
            "--prepare",
            action="store_true",
            help="Migrate the database and collect static files first, if they need it",
        )
        self.parser.add_argument(
            "--tls",
            metavar="NAME",
            default=os.environ.get("CHAT_TLS", ""),
            help="Serve https as this host, with a certificate of Let's Encrypt (or the authority of "
            "CHAT_TLS_DIRECTORY), whose terms of service you agree to by this flag; `self`: with one "
            "that this machine signs itself",
        )
        self.parser.add_argument(
            "--http-port",
            type=int,
            metavar="PORT",
            help="With --tls: the port for the authority's challenge and the redirect to https (80). "
            "0, with --tls self: none",
        )

    def run(self, args: list[str]) -> None:
        options = self.parser.parse_args(args)
        if options.root_path:
            self.parser.error(
                "--root-path is not supported: the site has a host of its own (chat.example), and is "
                "not served below a path of another one (example/chat/)"
            )
        if options.tls:
            self._tell_settings(options)
        elif options.http_port is not None:
            self.parser.error("--http-port is for --tls: without it there is one port, --port")
        if options.prepare:
            prepare()
        if options.tls:
            self.server_class = partial(Server, tls=self._tls(options.host or ""))
        try:
            super().run(args)
        except SystemExit:  # Daphne's, which knows of one code
            sys.exit(self.server.exit_code if self.server else FAILED)

    def _tell_settings(self, options: argparse.Namespace) -> None:
        """Put the flags of TLS into the environment, where the settings are read from."""
        if options.unix_socket or options.file_descriptor is not None or options.socket_strings:
            self.parser.error("--tls listens on --host and --port, not on another kind of socket")
        try:
            os.environ["CHAT_TLS"] = names.checked(options.tls)
        except ValueError as error:
            self.parser.error(f"--tls: {error}")
        if options.port is not None:
            os.environ["PORT"] = str(options.port)
        else:
            os.environ.pop("PORT", None)  # only bin/serve takes it from there, as a flag
        if options.http_port is not None:
            os.environ["CHAT_TLS_HTTP_PORT"] = str(options.http_port)

    def _tls(self, host: str) -> Options:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
        name = os.environ["CHAT_TLS"]
        try:
            outbound, http_port = settings.CHAT_OUTBOUND, settings.CHAT_TLS_HTTP_PORT
        except ImproperlyConfigured as error:
            self.parser.error(str(error))
        if name != names.SELF and not outbound:
            self.parser.error(
                "CHAT_OUTBOUND is off, and a certificate for a name needs requests to its authority: "
                "--tls self needs none"
            )
        if name != names.SELF and not http_port:
            self.parser.error("--http-port 0: the authority's challenge comes to a port of http")
        return Options(
            tls=name,
            host=host,
            port=settings.CHAT_TLS_PORT,
            http_port=http_port,
            directory=settings.DATA_DIR / "tls",
            origins=tuple(settings.CSRF_TRUSTED_ORIGINS),
            authority=settings.CHAT_TLS_DIRECTORY,
            ca=settings.CHAT_TLS_CA,
            email=settings.CHAT_TLS_EMAIL,
            proxy=settings.CHAT_OUTBOUND_PROXY,
        )


def prepare() -> None:
    """Do what `manage.py prepare` does, and exit as it does if it fails."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    try:
        execute_from_command_line(["manage.py", "prepare"])
    except KeyboardInterrupt:
        sys.exit(130)


def raise_file_limit() -> None:
    """Ask the system for more open files: a socket is one, and most systems allow 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    raise_file_limit()
    sys.setswitchinterval(SWITCH_INTERVAL)
    command = CommandLine()
    command.run(sys.argv[1:])
    if command.server.forced:
        # Do not wait for threads that are still at work.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(1)

"""The command line of the server: Daphne's, with flags added and removed."""

import logging
import os
import resource
import sys

from daphne.cli import CommandLineInterface
from django.core.management import execute_from_command_line

from chatsite.server.server import Server

# Open files to ask the system for.
FILES = 65536
# Seconds for which a thread that computes may keep the interpreter from the event loop. A post needs
# the interpreter back some twenty times, after each wait for the network, a lock or the database:
# beside a long search it took 279 ms at the 99th percentile with Python's 5 ms, and takes 148 ms.
SWITCH_INTERVAL = 0.001


class CommandLine(CommandLineInterface):  # type: ignore[misc]
    """All of Daphne's flags but --root-path, with two other defaults."""

    description = "The chat's HTTP and WebSocket server"
    server_class = Server

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

    def run(self, args: list[str]) -> None:
        if self.parser.parse_args(args).root_path:
            self.parser.error(
                "--root-path is not supported: the site has a host of its own (chat.example), and is "
                "not served below a path of another one (example/chat/)"
            )
        if self.parser.parse_args(args).prepare:
            prepare()
        super().run(args)


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

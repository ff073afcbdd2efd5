"""manage.py fill: as many messages as a large site has, made from channel logs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rooms import filling
from rooms.replay import irc

_LOG = Path(__file__).parents[3] / "tests" / "data" / "ubuntu-2004-11-15.txt"


class Command(BaseCommand):
    help = (
        "Fills the database with messages made from IRC channel logs, to see how the site is at that "
        "size. Not for a site that people use: what is added cannot be told apart again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=[_LOG])
        parser.add_argument(
            "--messages", type=int, default=1_000_000, help="how many there shall be in all"
        )
        parser.add_argument(
            "--person",
            default="Ada",
            help="the name of who says a tenth of them, in half of the rooms (default: Ada)",
        )
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        lines = [line for path in options["files"] for line in self._said(path)]
        if not lines:
            raise CommandError("Nothing is said in these logs.")
        who = filling.person(options["person"])
        # disable=None: no bar where there is no terminal to draw it on.
        quiet = True if options["verbosity"] == 0 else None
        with tqdm(total=options["messages"], unit=" messages", disable=quiet) as bar:
            count = filling.fill(
                lines, who=who, total=options["messages"], seed=options["seed"], step=bar.update
            )
        self.stdout.write(f"{count} messages added. A tenth of them said {who} ({who.username}).")

    def _said(self, path: Path) -> list[str]:
        try:
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                lines = irc.parse(file.read())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except irc.NotALog as error:
            raise CommandError(f"{path}: {error}") from error
        return [line.text for line in lines if isinstance(line, irc.Said) and line.text.strip()]

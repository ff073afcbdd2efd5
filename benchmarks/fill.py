"""Fill a database with messages made from IRC channel logs, to see how the site is at that size.

    python -m benchmarks.fill [--messages NUMBER] [--person NAME] [--seed NUMBER] [FILE…]

Not for a site that people use: what is added cannot be told apart again.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import django
from tqdm import tqdm

from rooms.replay import irc
from tests.support.programs import ROOT

LOG = ROOT / "tests" / "data" / "ubuntu-2004-11-15.txt"


def main() -> None:
    options = _parser().parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()

    from benchmarks import filling  # has models

    lines = [line for path in options.files for line in said(path)]
    if not lines:
        sys.exit("Nothing is said in these logs.")
    who = filling.person(options.person)
    # disable=None: no bar where there is no terminal to draw it on.
    with tqdm(total=options.messages, unit=" messages", disable=None) as bar:
        count = filling.fill(
            lines, who=who, total=options.messages, seed=options.seed, step=bar.update
        )
    print(f"{count} messages added. A tenth of them said {who} ({who.username}).")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m benchmarks.fill", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=[LOG])
    parser.add_argument(
        "--messages", type=int, default=1_000_000, help="how many there shall be in all"
    )
    parser.add_argument(
        "--person",
        default="Ada",
        help="the name of who says a tenth of them, in half of the rooms (default: Ada)",
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser


def said(path: Path) -> Iterator[str]:
    """Yield what was said in a log. Exits if it is none."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            lines = irc.parse(file.read())
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")
    except irc.NotALog as error:
        sys.exit(f"{path}: {error}")
    return (line.text for line in lines if isinstance(line, irc.Said) and line.text.strip())


if __name__ == "__main__":
    main()

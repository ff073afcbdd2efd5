"""The shortcodes of the emoji picker, for the composer's completion: python -m tools.shortcodes

Written from the table by which messages are read (history/markup/shortcodes.py), so that what is
offered is what is understood. A test says when it is to be written again.
"""

import re
from collections import defaultdict

from history.markup.shortcodes import EMOJI
from tests.support.programs import ROOT

VENDOR = ROOT / "static" / "js" / "vendor"
TARGET = VENDOR / "shortcodes.js"
HEAD = "/* Short names of the emoji in emoji.js, as GitHub has them. Written by tools/shortcodes.py. */\n"


def module() -> str:
    """The module's text: for each emoji that has any, a line of it and its names."""
    names = defaultdict(list)
    for name, sign in EMOJI.items():
        names[sign].append(name)
    lines = []
    for sign, called in _picker():
        usual = re.sub(r"[\s-]+", "_", called.lower())
        short = [name for name in names[sign] if re.sub("-", "_", name) != usual]
        if short := [name for name in short if re.fullmatch(r"[a-z0-9_+-]+", name)]:
            lines.append(" ".join((sign, *short)))
    return f"{HEAD}export const SHORTCODES = `{chr(10).join(lines)}`;\n"


def _picker() -> list[tuple[str, str]]:
    text = (VENDOR / "emoji.js").read_text(encoding="utf-8")
    lines = "\n".join(re.findall("`([^`]*)`", text)).splitlines()
    return [(sign, name) for sign, _, name in (line.partition(" ") for line in lines)]


if __name__ == "__main__":
    TARGET.write_text(module(), encoding="utf-8")

"""Emoji by name: `:tada:`. The names are those of Unicode and of GitHub."""

import re

import emoji

# What follows the first colon. "10:30:45" has none.
REST = r"(?<=:)(?<![^\W_]:)[a-z0-9_+-]{1,60}:(?![0-9])"
PATTERN = re.compile(f":({REST})")


def _table() -> dict[str, str]:
    names: dict[str, str] = {}
    for character, about in emoji.EMOJI_DATA.items():
        if about["status"] <= emoji.STATUS["fully_qualified"]:
            for name in (about["en"], *about.get("alias", ())):
                names.setdefault(name.strip(":").lower(), character)
    return names


# Five thousand names, half a megabyte.
EMOJI = _table()


def found_in(text: str) -> bool:
    """Whether there is any."""
    return any(match[1][:-1] in EMOJI for match in PATTERN.finditer(text))

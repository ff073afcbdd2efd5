"""Emoji by name, such as `:tada:`. The names are Unicode's and GitHub's."""

import re

import emoji

# What follows the first colon of a name. "10:30:45" has no name.
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
    """Return True if a text has a name of an emoji in it."""
    return any(match[1][:-1] in EMOJI for match in PATTERN.finditer(text))

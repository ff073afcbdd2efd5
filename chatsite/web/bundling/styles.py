"""Put each style sheet into one file with all those that it imports."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

import rcssmin

from chatsite.web.bundling.errors import Unsupported

# The imports at the beginning of a sheet whose comments are gone.
_IMPORTS = re.compile(r'\A(?:@import "[^"]+"(?:;|\Z))*')
# An address that depends on where the sheet is.
_ADDRESS = re.compile(r"""url\((?!["']?(?:data:|/|#))""")
_IMPORT = re.compile(r'@import "([^"]+)"')


def bundle(name: str, read: Callable[[str], bytes | None]) -> str:
    """Return the text of the style sheet `name`, with those that it imports in their places.

    `read` gives the text of a static file, or None if there is none. Raises `Unsupported`.
    """
    return "".join(_sheets(name, read).values())


def imported(name: str, read: Callable[[str], bytes | None]) -> list[str]:
    """Return the style sheets whose rules come before those of `name`. Raises `Unsupported`."""
    return [*_sheets(name, read)][:-1]


def _sheets(name: str, read: Callable[[str], bytes | None]) -> dict[str, str]:
    """Return the rules of each sheet, in the order in which they apply."""
    rules: dict[str, str] = {}
    began: set[str] = set()

    def add(name: str, importer: str) -> None:
        if name in began:
            # In a browser the last place would count, which nobody sees from the sheets.
            raise Unsupported(f"{importer} imports {name}, which is imported already")
        began.add(name)
        source = read(name)
        if source is None:
            raise Unsupported(f"{importer} imports {name}, which does not exist")
        text: str = rcssmin.cssmin(source.decode())
        beginning = _IMPORTS.match(text)
        assert beginning is not None
        for specifier in _IMPORT.findall(beginning.group()):
            add(normpath(join(dirname(name), specifier)), name)
        rules[name] = text[beginning.end() :]
        if "@import" in rules[name]:
            raise Unsupported(f'{name}: only @import "file.css"; at its beginning is understood')

    add(name, "a page")
    for other, text in rules.items():
        if dirname(other) != dirname(name) and _ADDRESS.search(text):
            raise Unsupported(f"{other}: a url(…) would lead elsewhere from {name}")
    return rules

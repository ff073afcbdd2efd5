"""The `modulepreload` links of a page: every module its script imports, asked for at once.

A browser learns what a module imports only when it has that module, so a page without these links loads
its script level by level. The links are derived from the import statements of the files, so that nobody
keeps a list of them.
"""

import functools
import posixpath
import re
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# A static import. `import(…)` is not one: what it names is loaded when it is needed.
_IMPORT = re.compile(r'^(?:import|export)\b(?:[^"\';]*\bfrom)? "(\.\.?/[^"]+)";$', re.MULTILINE)


@register.simple_tag
def modulepreload(entry: str) -> SafeString:
    """Return a link for each module that `entry` imports, the entry itself excepted.

    `entry` is the static file that the page's script tag names, e.g. "js/pages/room.js".
    """
    # With DEBUG the files may have changed since the last page.
    return _links(entry) if settings.DEBUG else _links_of_this_release(entry)


def imported_modules(entry: str) -> set[str]:
    """Return the static files that `entry` imports, directly or through others, without `entry`.

    Raises FileNotFoundError for an import of a file that does not exist.
    """
    found = {entry}
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        for specifier in _IMPORT.findall(_source(module)):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(module), specifier))
            if imported not in found:
                found.add(imported)
                waiting.append(imported)
    return found - {entry}


def _links(entry: str) -> SafeString:
    modules = ((static(module),) for module in sorted(imported_modules(entry)))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', modules)


_links_of_this_release = functools.cache(_links)


def _source(module: str) -> str:
    path = finders.find(module)
    if path is None:
        raise FileNotFoundError(f"there is no static file {module}")
    return Path(path).read_text(encoding="utf-8")

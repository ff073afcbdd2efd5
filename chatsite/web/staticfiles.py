"""Static files with their hash in their names, bundled, and with a gzip copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from chatsite.web.bundling.errors import Unsupported

# Where the scripts are that pages name. Every other module is part of them, or loaded by them.
PAGE_SCRIPTS = "js/pages/"

Paths = dict[str, tuple[Storage, str]]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Bundles scripts and style sheets, then hashes names, also inside files.

    A script that loads another by its plain name would always bypass the cache.
    """

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: Paths, dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Yield what became of each file: see Django. Files of a release replace their sources."""
        if dry_run:
            return
        try:
            paths = _bundled(paths)
        except Unsupported as error:
            yield "js, css", None, error
            return
        yield from super().post_process(paths, dry_run, **options)


def _bundled(paths: Paths) -> Paths:
    """Return the files of a release: bundles in place of the scripts and style sheets of pages."""
    # Here, as workers have no use for the parser, which takes 4 MiB.
    from chatsite.web.bundling import scripts, styles

    def read(name: str) -> bytes | None:
        if name not in paths:
            return None
        storage, path = paths[name]
        with storage.open(path) as file:
            content: bytes = file.read()
            return content

    page_scripts = [name for name in paths if name.startswith(PAGE_SCRIPTS) and _is_module(name)]
    texts = scripts.bundles(page_scripts, read)
    texts |= {name: styles.bundle(name, read) for name in paths if _is_sheet(name)}
    made = InMemoryStorage()
    for name, text in texts.items():
        made.save(name, ContentFile(text.encode()))
    others = {name: path for name, path in paths.items() if not _is_module(name)}
    return others | {name: (made, name) for name in texts}


def loaded_with(name: str) -> list[str]:
    """Return the files that a browser loads because of a script or style sheet.

    There are none where `collectstatic` has made one file of them.
    """
    if isinstance(staticfiles_storage, HashedStaticFilesStorage):
        return []
    from chatsite.web.bundling import scripts, styles

    def read(name: str) -> bytes | None:
        path = finders.find(name)
        return None if path is None else Path(path).read_bytes()

    if _is_module(name):
        return scripts.imported(name, read)
    return styles.imported(name, read) if _is_sheet(name) else []


def _is_module(name: str) -> bool:
    return name.startswith("js/") and name.endswith(".js")


def _is_sheet(name: str) -> bool:
    return name.startswith("css/") and name.endswith(".css")

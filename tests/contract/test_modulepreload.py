"""The links that a page preloads its modules with, against what a JavaScript engine imports."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.template import engines
from django.templatetags.static import static
from pytest_django import Settings

from chatsite.web import modulepreload
from tests.support.programs import ROOT, require_node

ENTRY = "js/pages/room.js"

# Node resolves every static import before it runs the first module, and here it writes them down. The page
# has no document in Node, so the entry fails as soon as it runs: that is after the last of them.
LOADER = """
import { writeSync } from "node:fs";
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  writeSync(1, JSON.stringify(resolved.url) + "\\n");
  return resolved;
}
"""
PROGRAM = """
import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(process.argv[1]));
await import(process.argv[2]).catch(() => {});
"""


def test_the_derived_modules_are_those_that_an_engine_imports() -> None:
    entry = (ROOT / "static" / ENTRY).as_uri()
    result = subprocess.run(
        [str(require_node()), "--input-type=module", "--eval", PROGRAM, LOADER, entry],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    urls = {json.loads(line) for line in result.stdout.splitlines()}
    static_files = ROOT / "static"
    imported = {
        str(Path(urlsplit(url).path).relative_to(static_files))
        for url in urls - {entry}
        if url.startswith("file:")
    }
    assert modulepreload.imported_modules(ENTRY) == imported
    assert len(imported) > 40


def test_the_tag_links_each_module_under_its_public_name() -> None:
    template = engines["django"].from_string(
        f'{{% load modulepreload %}}{{% modulepreload "{ENTRY}" %}}'
    )
    links = re.findall(r'<link rel="modulepreload" href="([^"]+)">', template.render())
    modules = modulepreload.imported_modules(ENTRY)
    assert links == [static(module) for module in sorted(modules)]


def test_an_import_of_a_missing_file_is_an_error(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "page.js").write_text('import { gone } from "./gone.js";\n')
    settings.STATICFILES_DIRS = [tmp_path]
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        modulepreload.imported_modules("page.js")

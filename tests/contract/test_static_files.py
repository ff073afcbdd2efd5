"""What `collectstatic` makes of static files, and what is served without it."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.programs import ROOT

# Collects the files of a directory, with the site's settings and a static root of its own.
COLLECT = """
import sys, django
from django.conf import settings
from chatsite import settings as site
site.STATICFILES_DIRS, site.STATIC_ROOT = [sys.argv[1]], sys.argv[2]
site.INSTALLED_APPS = ["django.contrib.staticfiles"]
django.setup()
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0)
"""


def run(
    program: str, *arguments: str, data: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "CHAT_DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        "SECRET_KEY": "only-for-this-test",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def collect(tmp_path: Path, files: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        path = tmp_path / "written" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return run(COLLECT, str(tmp_path / "written"), str(tmp_path / "made"), data=tmp_path)


FILES = {
    "js/pages/page.js": 'import { a } from "../lib/a.js"; import("../lib/later.js").then(a);',
    "js/lib/a.js": "// A comment.\nexport function a() {" + 40 * " a();" + "}\n",
    "js/lib/later.js": 'import { a } from "./a.js"; export const later = a;',
    "css/pages/page.css": '@import "../base.css";',
    "css/base.css": "/* A comment. */ .base { top: 0; }" + 40 * "\n.base { top: 0; }",
    "icons/a.svg": "<svg></svg>",
}


def test_a_page_s_files_have_their_hashes_in_their_names_and_in_each_other(tmp_path: Path) -> None:
    done = collect(tmp_path, FILES)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "made"
    names = json.loads((made / "staticfiles.json").read_text())["paths"]
    assert set(names) == set(FILES) - {"js/lib/a.js"}, "a module of a bundle has no address"
    page = (made / names["js/pages/page.js"]).read_text()
    assert "function a(){a();a();" in page
    assert "A comment" not in page
    [later] = re.findall(r'import\("\.\./lib/([^"]+)"\)', page)
    assert f"js/lib/{later}" == names["js/lib/later.js"]
    assert re.fullmatch(r"later\.[0-9a-f]{12}\.js", later)
    assert (made / names["css/pages/page.css"]).read_text() == 41 * ".base{top:0}"
    for name in ("js/pages/page.js", "css/pages/page.css"):
        packed = (made / f"{names[name]}.gz").read_bytes()
        assert gzip.decompress(packed) == (made / names[name]).read_bytes()


def test_a_module_s_change_is_another_name_for_its_page_s_script(tmp_path: Path) -> None:
    def names() -> dict[str, str]:
        found = json.loads((tmp_path / "made" / "staticfiles.json").read_text())["paths"]
        return {name: found[name] for name in ("js/pages/page.js", "css/pages/page.css")}

    assert collect(tmp_path, FILES).returncode == 0
    before = names()
    assert collect(tmp_path, FILES | {"js/lib/a.js": "export const a = 2;"}).returncode == 0
    assert names()["js/pages/page.js"] != before["js/pages/page.js"]
    assert names()["css/pages/page.css"] == before["css/pages/page.css"]


def test_a_module_that_no_bundle_can_hold_stops_the_release_and_is_named(tmp_path: Path) -> None:
    done = collect(tmp_path, FILES | {"js/lib/a.js": "export function a() {}\nexport let b = 1;\n"})
    assert done.returncode != 0
    assert "js/lib/a.js, line 2: only const, functions and classes are exported" in done.stderr
    assert not (tmp_path / "made" / "staticfiles.json").exists()


GET = """
import json, sys, django
django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
print(json.dumps([b"".join(client.get(path)).decode() for path in sys.argv[1:]]))
"""


@pytest.mark.parametrize("name", ["js/pages/room.js", "js/log/log.js", "css/pages/room.css"])
def test_with_debug_files_are_served_as_they_are_written(name: str, tmp_path: Path) -> None:
    done = run(GET, f"/static/{name}", "/offline/", data=tmp_path, DEBUG="on")
    assert done.returncode == 0, done.stderr
    served, page = json.loads(done.stdout)
    assert served == (ROOT / "static" / name).read_text()
    assert "/static/js/pages/offline.js" in page

"""Bundles do what the modules and style sheets that they are made of do."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from chatsite.web.bundling import scripts, styles
from chatsite.web.bundling.errors import Unsupported
from tests.support.programs import ROOT, require_node

Files = Mapping[str, str]
PAGE = "js/pages/page.js"


def reader(files: Files) -> Callable[[str], bytes | None]:
    return lambda name: files[name].encode() if name in files else None


def bundled(files: Files, *entries: str) -> dict[str, str]:
    return scripts.bundles(entries or [PAGE], reader(files))


def printed(directory: Path, files: Files, entries: Sequence[str]) -> str:
    """Write the files, load the entries as one page does, and return what they print."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (directory / "package.json").write_text('{"type": "module"}')
    page = "".join(f'await import("./{entry}");' for entry in entries)
    (directory / "page.js").write_text(page)
    done = subprocess.run(
        [require_node(), "page.js"], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout


# Modules that say what they do, each set with the scripts of one page.
COUNTER = """
console.log("counter runs");
let count = 0;
export function next() { count += 1; return count; }
export const start = count;
"""
PROGRAMS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a module that two import runs once, before both": (
        {
            PAGE: """
                import { next } from "../lib/counter.js";
                import { left } from "../room/left.js";
                import "../room/right.js";
                console.log("page", left(), next());
            """,
            "js/room/left.js": """
                import { next } from "../lib/counter.js";
                console.log("left runs");
                export const left = () => `left ${next()}`;
            """,
            "js/room/right.js": """
                import { next as count, start } from "../lib/counter.js";
                console.log("right runs", start, count());
            """,
            "js/lib/counter.js": COUNTER,
        },
        [PAGE],
    ),
    "imports come first, wherever they are written": (
        {
            PAGE: 'console.log("page", a, used()); import { a } from "../lib/a.js";'
            'import "../lib/b.js"; function used() { return a + 1; }',
            "js/lib/a.js": 'import "./c.js"; console.log("a"); export const a = 1;',
            "js/lib/b.js": 'console.log("b");',
            "js/lib/c.js": 'console.log("c");',
        },
        [PAGE],
    ),
    "every way to export and import": (
        {
            PAGE: """
                import start, { a as first, b, K, gen, again, ns, later } from "../lib/all.js";
                import * as all from "../lib/all.js";
                import thing, * as rest from "../lib/thing.js";
                console.log(start(), first, b, new K().name, [...gen()], again, ns.default, thing);
                console.log(Object.keys(all).sort().join(), rest.twice(4), await later());
            """,
            "js/lib/all.js": """
                export default function start() { return helper(); }
                export const a = 1, b = { text: `a ${"}"} brace` };
                export class K { name = "K"; #hidden = /[/]"/u; }
                export function* gen() { yield* [1, 2]; }
                export async function later() { return await 7; }
                function helper() { return "help"; }
                export { twice as again } from "./thing.js";
                export * as ns from "./thing.js";
                const hidden = 3;
                export { hidden as shown };
            """,
            "js/lib/thing.js": "export default ['thing']; export const twice = (n) => n * 2;",
        },
        [PAGE],
    ),
    "what is loaded later shares the modules of the page": (
        {
            PAGE: """
                import { next } from "../lib/counter.js";
                console.log("page", next());
                const { open } = await import("../room/sheet.js");
                console.log("page", next(), open());
                const again = await import("../room/sheet.js");
                console.log(again.open === open, Object.keys(again).sort().join());
                const { menu } = await import("../room/menu.js");
                console.log(menu(), (await import("../lib/counter.js")).next());
            """,
            "js/room/sheet.js": """
                import { next } from "../lib/counter.js";
                import { large } from "./large.js";
                console.log("sheet runs");
                export const open = () => `open ${next()} ${large}`;
                export default "sheet";
            """,
            "js/room/menu.js": """
                import { large } from "./large.js";
                import { open } from "./sheet.js";
                console.log("menu runs");
                export const menu = () => `menu ${large} ${open()}`;
            """,
            "js/room/large.js": 'console.log("large runs"); export const large = "large";',
            "js/lib/counter.js": COUNTER,
        },
        [PAGE],
    ),
    "two scripts of a page share their modules": (
        {
            PAGE: 'import { next } from "../lib/counter.js"; console.log("page", next());',
            "js/pages/theme.js": """
                import { next } from "../lib/counter.js";
                console.log("theme", next());
                import("../room/late.js").then(({ late }) => console.log(late()));
            """,
            "js/room/late.js": """
                import { next } from "../lib/counter.js";
                export const late = () => `late ${next()}`;
            """,
            "js/lib/counter.js": COUNTER,
        },
        [PAGE, "js/pages/theme.js"],
    ),
    "what only looks like an import is none": (
        {
            PAGE: """
                // import { gone } from "../lib/gone.js";
                const text = `
import { gone } from "../lib/gone.js";
export const x = 1;
`;
                console.log(text, 'import("../lib/gone.js")', /import("x")/.source);
            """
        },
        [PAGE],
    ),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_bundles_do_what_their_modules_do(program: str, tmp_path: Path) -> None:
    files, entries = PROGRAMS[program]
    written = printed(tmp_path / "written", files, entries)
    made = bundled(files, *entries)
    assert printed(tmp_path / "made", made, entries) == written
    assert written


def test_a_page_s_script_is_one_file_with_all_that_it_imports() -> None:
    files, entries = PROGRAMS["a module that two import runs once, before both"]
    assert list(bundled(files, *entries)) == [PAGE]


def test_a_script_loaded_later_repeats_nothing_of_its_page_or_of_others_loaded_later() -> None:
    files, entries = PROGRAMS["what is loaded later shares the modules of the page"]
    made = bundled(files, *entries)
    assert set(made) == {PAGE, "js/room/sheet.js", "js/room/menu.js", "js/lib/counter.js"}
    runs = {
        name: [f"{module} runs" in made[name] for module in ("counter", "sheet")] for name in made
    }
    assert runs == {
        PAGE: [True, False],
        "js/room/sheet.js": [False, True],
        "js/room/menu.js": [False, False],
        "js/lib/counter.js": [False, False],
    }
    assert 'import "./sheet.js";' in made["js/room/menu.js"]


def test_a_module_of_one_of_two_pages_is_in_the_script_that_both_load_later() -> None:
    files = {
        PAGE: 'import "../lib/a.js"; import("../room/late.js");',
        "js/pages/other.js": 'import("../room/late.js");',
        "js/room/late.js": 'import "../lib/a.js"; export const late = 1;',
        "js/lib/a.js": 'console.log("a runs");',
    }
    assert "a runs" in bundled(files, PAGE, "js/pages/other.js")["js/room/late.js"]
    assert "a runs" not in bundled(files, PAGE)["js/room/late.js"]


def test_an_error_names_its_function_and_the_line_after_the_module_s_name() -> None:
    made = bundled(
        {
            PAGE: 'import { breaks } from "../lib/a.js"; breaks();',
            "js/lib/a.js": "// A comment.\nexport function breaks() {\n  missing.call();\n}",
        }
    )[PAGE]
    done = subprocess.run(
        [require_node(), "--input-type=module", "--eval", made], capture_output=True, text=True
    )
    assert "at breaks" in done.stderr
    lines = made.splitlines()
    [line] = [number for number, text in enumerate(lines) if "missing" in text]
    assert lines[line - 1] == "// js/lib/a.js"
    assert "A comment" not in made


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('import { a } from "../lib/gone.js";', "imports js/lib/gone.js, which does not exist"),
        ('import("../lib/gone.js");', "imports js/lib/gone.js, which does not exist"),
        ('\nimport { a } from "lodash";', "line 2: lodash has to be a path from here"),
        ('import { a } from "/static/js/lib/a.js";', "has to be a path from here"),
        ("const name = 'a'; import(`./${name}.js`);", "import(…) has to name its file"),
        ('import(/* a */ "./a.js", {});', "import(…) has to name its file"),
        ('import a from "./a.json" with { type: "json" };', "only modules are imported"),
        ('import { "a b" as c } from "../lib/a.js";', "a name in quotes"),
        ('export * from "../lib/a.js";', "export * does not say which names"),
        ("export let count = 1;", "only const, functions and classes are exported"),
        ("var count = 1; export { count };", "only const, functions and classes are exported"),
        ("let count = 1; export { count as n };", "only const, functions and classes are exported"),
        ("export const { a } = {};", "one name at a time is exported"),
        ("\n\nconsole.log(import.meta.url);", "line 3: import.meta"),
        ("const $modules = 1;", "$modules is a name that bundles use"),
        ("export const a = ;", "line 1: this is no JavaScript that is known"),
        ("function f() {\n", "this is no JavaScript that is known"),
        (
            'import "../lib/circle.js";',
            "a circle of imports: js/lib/circle.js → js/lib/round.js → js",
        ),
        ('import "../lib/waits.js";', "js/lib/waits.js waits (await) where only a page's own"),
    ],
)
def test_code_that_cannot_be_bundled_is_an_error_with_its_place(source: str, reason: str) -> None:
    files = {
        PAGE: source,
        "js/lib/a.js": "export const a = 1;",
        "js/lib/circle.js": 'import "./round.js"; export const a = 1;',
        "js/lib/round.js": 'import "./circle.js"; export const b = 1;',
        "js/lib/waits.js": "await 1; export const late = async () => await 1;",
    }
    with pytest.raises(Unsupported) as error:
        bundled(files)
    assert reason in str(error.value)
    assert "js/" in str(error.value)


def test_waiting_inside_a_function_is_no_waiting_of_the_module() -> None:
    source = "export const f = async () => { for await (const x of y) await x; };"
    assert "f" in bundled({PAGE: 'import "../lib/a.js";', "js/lib/a.js": source})[PAGE]


def test_a_script_without_imports_stays_a_script() -> None:
    made = bundled({PAGE: "// Sets the theme.\ndocument.title = 1;\n"})[PAGE]
    assert made.strip() == "document.title=1;"


STATIC = ROOT / "static"
WRITTEN = {
    path.relative_to(STATIC).as_posix(): path.read_text()
    for path in STATIC.rglob("*")
    if path.suffix in {".js", ".css"}
}


def test_every_script_and_style_sheet_of_a_page_can_be_put_together() -> None:
    pages = [name for name in WRITTEN if name.startswith("js/pages/")]
    assert set(pages) < set(bundled(WRITTEN, *pages))
    for name in WRITTEN:
        if name.startswith("css/pages/"):
            assert styles.bundle(name, reader(WRITTEN))


def test_the_room_s_later_files_repeat_no_module_of_the_room_s_script() -> None:
    made = bundled(WRITTEN, "js/pages/room.js")
    held = {
        name: {line[3:] for line in text.splitlines() if line.startswith("// js/")}
        for name, text in made.items()
    }
    at_once = held.pop("js/pages/room.js")
    assert len(at_once) > 50
    assert len(held) > 5
    for name, modules in held.items():
        assert not modules & at_once, name
    assert [name for name in held if "js/vendor/emoji.js" in held[name]] == ["js/compose/emoji.js"]


def test_a_style_sheet_has_those_that_it_imports_before_its_own_rules() -> None:
    files = {
        "css/pages/room.css": '@import "../base.css";\n/* The rows. */\n@import "../room.css";\n.x { top: 0; }',
        "css/base.css": ".base {\n  color: red;\n}",
        "css/room.css": '@import "tokens.css"; .room { background: url("data:image/png,x"); }',
        "css/tokens.css": ":root { --a: 1px; }",
    }
    made = styles.bundle("css/pages/room.css", reader(files))
    assert made == (
        '.base{color:red}:root{--a:1px}.room{background:url("data:image/png,x")}.x{top:0}'
    )
    assert styles.imported("css/pages/room.css", reader(files)) == [
        "css/base.css",
        "css/tokens.css",
        "css/room.css",
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('@import "../gone.css";', "css/pages/page.css imports css/gone.css, which does not exist"),
        ('@import "../a.css"; @import "../a.css";', "imports css/a.css, which is imported already"),
        ('@import "../circle.css";', "imports css/circle.css, which is imported already"),
        ('@import "../a.css" screen;', 'only @import "file.css"; at its beginning is understood'),
        ('.a { top: 0 } @import "../a.css";', 'only @import "file.css"; at its beginning'),
        ('@import "../pictures.css";', "css/pictures.css: a url(…) would lead elsewhere"),
    ],
)
def test_a_style_sheet_that_cannot_be_put_together_is_an_error(source: str, reason: str) -> None:
    files = {
        "css/pages/page.css": source,
        "css/a.css": ".a { top: 0 }",
        "css/circle.css": '@import "circle.css";',
        "css/pictures.css": ".a { background: url(a.png) }",
    }
    with pytest.raises(Unsupported) as error:
        styles.bundle("css/pages/page.css", reader(files))
    assert reason in str(error.value)

"""Put each script of a page into one file with all the modules that it imports.

A module becomes a function that is called once, in the order in which a browser would run it. What
it exports goes into a table of the page's modules, from which its importers take it. The table is
the page's and not the file's: a module that two files of a page hold runs once all the same.

What is loaded by `import(…)` is a file of its own, with those of its modules that the page does not
have by then. If one of them is such a file too, it is imported from there. What else two such files
share is in both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from posixpath import dirname, relpath

import rjsmin

from chatsite.web.bundling.errors import Unsupported
from chatsite.web.bundling.modules import REGISTRY, Module, parse

_TABLE = f'const {REGISTRY} = (globalThis[Symbol.for("modules")] ??= {{}});'


def bundles(entries: Iterable[str], read: Callable[[str], bytes | None]) -> dict[str, str]:
    """Return the text of each file: those of the entries, and those that are loaded later.

    `read` gives the text of a static file, or None if there is none. Raises `Unsupported`.
    """
    return _Graph(entries, read).texts()


def imported(entry: str, read: Callable[[str], bytes | None]) -> list[str]:
    """Return the modules that run before `entry` does. Raises `Unsupported`."""
    return _Graph([entry], read).order[entry][:-1]


class _Graph:
    def __init__(self, entries: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self.entries = list(entries)
        self.modules: dict[str, Module] = {}
        for entry in self.entries:
            self._add(entry, read, needed_by="a page")
        self.later = {name for module in self.modules.values() for name in module.lazy}
        # Each file's modules in the order in which they run, and those that are there before.
        roots = [*self.entries, *sorted(self.later - set(self.entries))]
        self.order = {root: self._in_order(root) for root in roots}
        self.inherited = self._find_inherited()

    def texts(self) -> dict[str, str]:
        return {root: self._text(root) for root in self.order}

    def _add(self, entry: str, read: Callable[[str], bytes | None], *, needed_by: str) -> None:
        waiting = [(entry, needed_by)]
        while waiting:
            name, importer = waiting.pop()
            if name in self.modules:
                continue
            source = read(name)
            if source is None:
                raise Unsupported(f"{importer} imports {name}, which does not exist")
            module = self.modules[name] = parse(name, source)
            waiting += [(imported, name) for imported in (*module.imports, *module.lazy)]

    def _in_order(self, root: str) -> list[str]:
        """Return the modules that `root` imports, each after those that it imports itself."""
        order: list[str] = []

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                circle = " → ".join((*path[path.index(name) :], name))
                raise Unsupported(f"a circle of imports: {circle}")
            if name in order:
                return
            for imported in self.modules[name].imports:
                visit(imported, (*path, name))
            if self.modules[name].waits and name != root:
                raise Unsupported(f"{name} waits (await) where only a page's own script can")
            order.append(name)

        visit(root, ())
        return order

    def _find_inherited(self) -> dict[str, frozenset[str]]:
        """Return, for each file, the modules that every page has that can load the file.

        A file that nothing is known of yet inherits everything; each step takes something away.
        """
        everything = frozenset(self.modules)
        inherited = dict.fromkeys(self.order, everything)
        inherited |= {entry: frozenset[str]() for entry in self.entries}
        changed = True
        while changed:
            changed = False
            for later in self.later - set(self.entries):
                known = everything
                for root, order in self.order.items():
                    own = set(order) - inherited[root]
                    if any(later in self.modules[name].lazy for name in own):
                        known &= inherited[root] | own
                    if root != later and root in self.later and later in own:
                        known &= inherited[root]
                if known != inherited[later]:
                    inherited[later], changed = known, True
        return inherited

    def _text(self, root: str) -> str:
        if self.modules[root].is_script and root not in self.later:
            return _smaller(root, self.modules[root].source.decode())
        present = set(self.inherited[root])
        parts = []
        if root in self.later:
            for other in self.order[root]:
                if other != root and other in self.later - present:
                    parts.append(f'import "{_relative(other, dirname(root))}";')
                    present |= set(self.order[other])
        parts.append(_TABLE)
        parts += [
            self._definition(self.modules[name], root)
            for name in self.order[root]
            if name not in present
        ]
        if root in self.later:
            parts.append(_exports(self.modules[root]))
        return "\n".join(parts) + "\n"

    def _definition(self, module: Module, root: str) -> str:
        """Return the statement that runs a module, unless the page has run it, under its name."""
        body = module.body(lambda later: _relative(later, dirname(root)))
        wait, kind = ("await ", "async ") if module.waits else ("", "")
        function = _smaller(module.name, f"{wait}({kind}() => {{\n{body}\n}})();")
        return f"// {module.name}\n{_entry(module.name)} ??= {function}"


def _entry(name: str) -> str:
    return f"{REGISTRY}[{json.dumps(name)}]"


def _exports(module: Module) -> str:
    names = ", ".join(public for public, _ in module.exports if public != "default")
    statements = [f"export const {{ {names} }} = {_entry(module.name)};"] if names else []
    if any(public == "default" for public, _ in module.exports):
        statements.append(f"export default {_entry(module.name)}.default;")
    return "\n".join(statements)


def _relative(name: str, directory: str) -> str:
    path = relpath(name, directory)
    return path if path.startswith("../") else f"./{path}"


def _smaller(name: str, text: str) -> str:
    """Return the text without comments and blanks. Names stay, so that an error can be read."""
    smaller: str = text if "/vendor/" in name else rjsmin.jsmin(text)
    return smaller

"""Read an ES module: what it imports and exports, and its text as the body of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from chatsite.web.bundling.errors import Unsupported

# A module never changes what it exported. Otherwise its importers would have to look at it again for
# each use, instead of taking a copy once.
_CONSTANT = frozenset(
    {"function_declaration", "generator_function_declaration", "class_declaration"}
)
_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
# The page's modules by their names; each bundle has this as a variable.
REGISTRY = "$modules"
_DEFAULT = "$default"

_JAVASCRIPT = Language(tree_sitter_javascript.language())
_WITHIN = Query(
    _JAVASCRIPT,
    """
    (call_expression function: (import)) @lazy
    (meta_property) @meta
    (await_expression) @wait
    (for_in_statement "await") @wait
    ((identifier) @reserved (#match? @reserved "^[$](modules|default)$"))
    """,
)


@dataclass(frozen=True)
class Edit:
    """Bytes `start` to `end` of a module are replaced by `text`; None: by `lazy`'s address."""

    start: int
    end: int
    text: str | None
    lazy: str = ""


@dataclass(frozen=True)
class Module:
    """One file.

    `imports` and `lazy` are the files that it needs before it runs, in the order of its statements,
    and those that it loads later, by `import(…)`. `exports` are pairs of a public name and what it
    stands for in the module.
    """

    name: str
    source: bytes
    imports: tuple[str, ...]
    lazy: tuple[str, ...]
    exports: tuple[tuple[str, str], ...]
    waits: bool
    preamble: tuple[str, ...]
    edits: tuple[Edit, ...]

    @cached_property
    def is_script(self) -> bool:
        """Whether it is a script like any other, without imports and exports."""
        return not (self.imports or self.lazy or self.exports or self.waits)

    def body(self, address: Callable[[str], str]) -> str:
        """Return the text as the body of a function that returns what the module exports.

        `address` gives the address that stands in an `import(…)` of a file.
        """
        pieces, end = list[bytes](), 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            pieces.append(self.source[end : edit.start])
            text = f'"{address(edit.lazy)}"' if edit.text is None else edit.text
            pieces.append(text.encode())
            end = edit.end
        pieces.append(self.source[end:])
        text = b"".join(pieces).decode()
        return "\n".join([*self.preamble, text, f"return {{ {_properties(self.exports)} }};"])


def parse(name: str, source: bytes) -> Module:
    """Read the module in the static file `name`. Raises `Unsupported`."""
    return _Reading(name, source).module()


class _Reading:
    def __init__(self, name: str, source: bytes) -> None:
        self.name, self.source = name, source
        self.root = Parser(_JAVASCRIPT).parse(source).root_node
        self.imports: dict[str, None] = {}
        self.lazy: dict[str, None] = {}
        self.exports: dict[str, str] = {}
        self.preamble: list[str] = []
        self.edits: list[Edit] = []

    def module(self) -> Module:
        if self.root.has_error:
            raise self.unsupported(_first_error(self.root), "this is no JavaScript that is known")
        for statement in self.root.named_children:
            if statement.type == "import_statement":
                self.read_import(statement)
            elif statement.type == "export_statement":
                self.read_export(statement)
        self.refuse_variable_exports()
        found = QueryCursor(_WITHIN).captures(self.root)
        for node in found.get("meta", ()):
            raise self.unsupported(node, "import.meta is another file's in a bundle")
        for node in found.get("reserved", ()):
            raise self.unsupported(node, f"{_text(node)} is a name that bundles use")
        for call in found.get("lazy", ()):
            self.read_lazy(call)
        return Module(
            name=self.name,
            source=self.source,
            imports=tuple(self.imports),
            lazy=tuple(self.lazy),
            exports=tuple(self.exports.items()),
            waits=any(_is_at_top(node) for node in found.get("wait", ())),
            preamble=tuple(self.preamble),
            edits=tuple(self.edits),
        )

    def read_import(self, statement: Node) -> None:
        imported = self.imported(statement)
        for clause in _of_type(statement, "import_clause"):
            for part in clause.named_children:
                if part.type == "identifier":
                    self.preamble.append(f"const {{ default: {_text(part)} }} = {imported};")
                elif part.type == "namespace_import":
                    [local] = part.named_children
                    self.preamble.append(f"const {_text(local)} = {imported};")
                else:
                    pairs = [
                        self.pair(specifier) for specifier in _of_type(part, "import_specifier")
                    ]
                    self.preamble.append(f"const {{ {_properties(pairs)} }} = {imported};")
        self.remove(statement)

    def read_export(self, statement: Node) -> None:
        declaration = statement.child_by_field_name("declaration")
        value = statement.child_by_field_name("value")
        kinds = {child.type for child in statement.children}
        if "*" in kinds:
            raise self.unsupported(statement, "export * does not say which names it means")
        if statement.child_by_field_name("source") is not None:
            imported = self.imported(statement)
            for part in statement.named_children:
                if part.type == "namespace_export":
                    [namespace] = part.named_children
                    self.exports[_text(namespace)] = imported
                for specifier in _of_type(part, "export_specifier"):
                    exported, public = self.pair(specifier)
                    self.exports[public] = f"{imported}.{exported}"
            self.remove(statement)
        elif declaration is not None:
            names = list(self.declared(declaration))
            for name in names:
                self.exports["default" if "default" in kinds else name] = name
            self.edits.append(Edit(statement.start_byte, declaration.start_byte, ""))
        elif value is not None:
            self.exports["default"] = _DEFAULT
            self.edits.append(Edit(statement.start_byte, value.start_byte, f"const {_DEFAULT} = "))
        else:
            for clause in _of_type(statement, "export_clause"):
                for specifier in _of_type(clause, "export_specifier"):
                    local, public = self.pair(specifier)
                    self.exports[public] = local
            self.remove(statement)

    def declared(self, declaration: Node) -> Iterator[str]:
        """Yield the names that an exported declaration declares."""
        if declaration.type in _CONSTANT:
            name = declaration.child_by_field_name("name")
            assert name is not None
            yield _text(name)
            return
        kind = declaration.child_by_field_name("kind")
        if kind is None or _text(kind) != "const":
            raise self.unsupported(declaration, "only const, functions and classes are exported")
        for declarator in _of_type(declaration, "variable_declarator"):
            name = declarator.child_by_field_name("name")
            assert name is not None
            if name.type != "identifier":
                raise self.unsupported(declaration, "one name at a time is exported, no pattern")
            yield _text(name)

    def refuse_variable_exports(self) -> None:
        """`let count; export { count };`, whose importers would keep the first value."""
        exported = set(self.exports.values())
        for statement in self.root.named_children:
            kind = statement.child_by_field_name("kind")
            is_variable = statement.type == "variable_declaration" or (
                statement.type == "lexical_declaration"
                and kind is not None
                and _text(kind) == "let"
            )
            for declarator in _of_type(statement, "variable_declarator") if is_variable else ():
                name = declarator.child_by_field_name("name")
                if name is not None and _text(name) in exported:
                    raise self.unsupported(
                        statement, "only const, functions and classes are exported"
                    )

    def read_lazy(self, call: Node) -> None:
        arguments = call.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        if len(given) != 1 or given[0].type != "string":
            raise self.unsupported(call, "import(…) has to name its file, as a string alone")
        named = self.file_named(given[0])
        self.lazy[named] = None
        self.edits.append(Edit(given[0].start_byte, given[0].end_byte, None, named))

    def imported(self, statement: Node) -> str:
        """Note the file that a statement imports from, and return what stands for its exports."""
        if any(child.type == "import_attribute" for child in statement.children):
            raise self.unsupported(statement, "only modules are imported")
        source = statement.child_by_field_name("source")
        assert source is not None
        name = self.file_named(source)
        self.imports[name] = None
        return f'{REGISTRY}["{name}"]'

    def file_named(self, string: Node) -> str:
        """Return the static file that a specifier names."""
        specifier = _text(string)[1:-1]
        if not specifier.startswith(("./", "../")) or "\\" in specifier:
            raise self.unsupported(string, f"{specifier} has to be a path from here: ./ or ../")
        return normpath(join(dirname(self.name), specifier))

    def pair(self, specifier: Node) -> tuple[str, str]:
        """Return both names of `a as b`; of `a`, the same name twice."""
        parts = [child for child in specifier.named_children if child.type != "comment"]
        if any(part.type == "string" for part in parts):
            raise self.unsupported(specifier, "a name in quotes")
        return _text(parts[0]), _text(parts[-1])

    def remove(self, statement: Node) -> None:
        self.edits.append(Edit(statement.start_byte, statement.end_byte, ""))

    def unsupported(self, node: Node, reason: str) -> Unsupported:
        return Unsupported(f"{self.name}, line {node.start_point.row + 1}: {reason}")


def _properties(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the inside of an object, or of a pattern, that has each first name for its second."""
    return ", ".join(name if name == value else f"{name}: {value}" for name, value in pairs)


def _text(node: Node) -> str:
    text = node.text
    assert text is not None
    return text.decode()


def _of_type(node: Node, kind: str) -> list[Node]:
    return [child for child in node.named_children if child.type == kind]


def _is_at_top(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type in _FUNCTIONS:
            return False
        parent = parent.parent
    return True


def _first_error(node: Node) -> Node:
    """Return the node within which nothing else is wrong."""
    for child in node.children:
        if child.has_error or child.is_missing:
            return _first_error(child)
    return node

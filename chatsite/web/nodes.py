"""Template nodes that render what Django's do, in less of its time.

Django finds out on every rendering what a loaded template has settled: which template is included, how a
date is written, that a text needs no local format. On a page of a hundred messages that is most of the time.
Whatever a node here has not foreseen it leaves to Django's.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any, cast

from django.conf import settings
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    TokenType,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.defaultfilters import date
from django.template.defaulttags import ForNode, IfNode, URLNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode
from django.urls import reverse
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext


class QuickVariable(Variable):
    """A variable that is looked up at once among the context's names and then as attributes."""

    __slots__ = ("_first", "_rest")

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable.var)
        assert self.lookups is not None
        self._first, *self._rest = self.lookups

    def resolve(self, context: Any) -> Any:
        first = self._first
        for names in reversed(context.dicts):
            if first in names:
                value = names[first]
                break
        else:
            return super().resolve(context)
        for name in self._rest:
            kind = type(value)
            # What can be called is called, and what has items is asked for those first.
            if callable(value) or (kind is not dict and hasattr(kind, "__getitem__")):
                return super().resolve(context)
            try:
                value = value[name] if kind is dict else getattr(value, name)
            except (AttributeError, KeyError, TypeError):
                return super().resolve(context)
        return super().resolve(context) if callable(value) else value


class QuickVariableNode(VariableNode):
    """A variable of which texts and whole numbers need no local format."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value  # type: ignore[no-any-return]
        if kind is str and context.autoescape:
            return escape(value)
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)

    render_annotated = render


class QuickIncludeNode(Node):
    """A template that is always the same, rendered among the nodes that include it.

    Its nodes keep nothing beside the context, so the context they are rendered with is the only thing that
    has to be its own.
    """

    def __init__(self, node: IncludeNode, template: Template) -> None:
        self._template = template
        self._handed = list(node.extra_context.items())
        self._is_alone = node.isolated_context

    def render(self, context: Context) -> str:
        handed = {name: value.resolve(context) for name, value in self._handed}
        if not self._is_alone:
            with context.push(**handed):
                return self._template.nodelist.render(context)
        around = context.dicts
        context._reset_dicts(handed)  # type: ignore[attr-defined]
        try:
            return self._template.nodelist.render(context)
        finally:
            context.dicts = around

    render_annotated = render


class QuickBlockTranslateNode(Node):
    """A sentence with texts in it, of which the translation is looked up once for each language."""

    def __init__(self, node: BlockTranslateNode) -> None:
        self._node = node
        self._sentence, self._names = node.render_token_list(node.singular)
        self._sentences: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        handed = self._node.extra_context
        texts = {name: handed[name].resolve(context) for name in self._names}
        if not (context.autoescape and all(type(text) is str for text in texts.values())):
            return self._node.render(context)
        language = get_language()
        sentence = self._sentences.get(language)
        if sentence is None:
            sentence = self._sentences[language] = gettext(self._sentence)
        try:
            return sentence % {name: escape(text) for name, text in texts.items()}
        except (KeyError, ValueError):  # a translation that does not fit
            return self._node.render(context)

    render_annotated = render


class RememberedURLNode(Node):
    """An address that depends on texts alone: made up once for each."""

    def __init__(self, node: URLNode) -> None:
        self._name: str = node.view_name.resolve(Context())
        self._texts = node.args

    def render(self, context: Context) -> str:
        return _address(self._name, *(str(text.resolve(context)) for text in self._texts))

    render_annotated = render


@lru_cache(4096)
def _address(name: str, *texts: str) -> str:
    return conditional_escape(reverse(name, args=texts))


def quicker(node: Node, get_template: Callable[[str], Template | None]) -> Node:
    """Return a node that renders the same; the node itself where there is no quicker one.

    `get_template` returns None where there is no such template.
    """
    for expression in _expressions(node):
        _quicken(expression)
    match node:
        case VariableNode():
            return QuickVariableNode(node.filter_expression)
        case URLNode() if node.args and not (node.kwargs or node.asvar):
            is_known = is_literal(node.view_name) and ":" not in node.view_name.token
            return RememberedURLNode(node) if is_known else node
        case BlockTranslateNode():
            return QuickBlockTranslateNode(node) if _is_plain(node) else node
        case IncludeNode() if is_literal(node.template):
            name = str(node.template.resolve(Context()))
            template = None if name.startswith(".") else get_template(name)
            is_pure = template is not None and all(map(_is_pure, _nodes(template.nodelist)))
            return QuickIncludeNode(node, template) if template and is_pure else node
    return node


def is_literal(value: Any) -> bool:
    if not isinstance(value, FilterExpression):
        return isinstance(value, str)
    return not value.filters and (not value.is_var or value.var.lookups is None)


def inner(node: Node) -> Iterator[NodeList]:
    """Yield the lists of nodes that stand in a node."""
    if isinstance(node, IfNode):
        yield from (nodes for _, nodes in node.conditions_nodelists)
        return
    for name in {*_NODE_LISTS, *node.child_nodelists}:
        if isinstance(nodes := getattr(node, name, None), NodeList):
            yield nodes


# Lists of nodes in other nodes, beside those that each names itself.
_NODE_LISTS = ("nodelist", "nodelist_loop", "nodelist_empty")


def _nodes(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        for within in inner(node):
            yield from _nodes(within)


def _is_pure(node: Node) -> bool:
    """Return True for a node that keeps nothing for the time a template is rendered."""
    pure = (TextNode, VariableNode, IfNode, ForNode, QuickIncludeNode, QuickBlockTranslateNode)
    return isinstance(node, (*pure, RememberedURLNode)) or getattr(node, "is_same", False)


def _is_plain(node: BlockTranslateNode) -> bool:
    names = {t.contents for t in node.singular if t.token_type == TokenType.VAR}
    is_known = bool(names) and names <= node.extra_context.keys()
    return is_known and not (node.asvar or node.plural or node.message_context or node.trimmed)


# Expressions ------------------------------------------------------------------------------------


def _expressions(node: Node) -> Iterator[FilterExpression]:
    match node:
        case VariableNode():
            yield node.filter_expression
        case URLNode():
            yield from node.args
        case ForNode():
            yield cast(FilterExpression, node.sequence)
        case IfNode():
            for condition, _ in node.conditions_nodelists:
                yield from _operands(condition)
        case IncludeNode() | BlockTranslateNode():
            yield from node.extra_context.values()


def _operands(condition: Any) -> Iterator[FilterExpression]:
    """Yield the expressions of a condition: of its operators, and of what those stand between."""
    if isinstance(value := getattr(condition, "value", None), FilterExpression):
        yield value
    for side in ("first", "second"):
        if (operand := getattr(condition, side, None)) is not None:
            yield from _operands(operand)


def _quicken(expression: FilterExpression) -> None:
    variable = expression.var
    if type(variable) is Variable and variable.lookups is not None and not variable.translate:
        expression.var = QuickVariable(variable)
    expression.filters = [_quick_filter(*each) for each in expression.filters]


_Filter = tuple[Callable[..., Any], list[tuple[bool, Any]]]


def _quick_filter(function: Callable[..., Any], arguments: list[tuple[bool, Any]]) -> _Filter:
    if function is date and len(arguments) == 1 and not arguments[0][0]:
        return quick_date(str(arguments[0][1])) or function, arguments
    return function, arguments


# Dates ------------------------------------------------------------------------------------------

_NUMBERS = {
    "Y": "{0.year:04}",
    "m": "{0.month:02}",
    "d": "{0.day:02}",
    "j": "{0.day}",
    "H": "{0.hour:02}",
    "i": "{0.minute:02}",
}
_NAMES: dict[str, Callable[[datetime], str]] = {
    "M": lambda moment: str(MONTHS_3[moment.month]).title(),
    "F": lambda moment: str(MONTHS[moment.month]),
}
_LETTERS = re.compile(r"[A-Za-z]|[^A-Za-z]+")


def quick_date(form: str) -> Callable[..., Any] | None:
    """Return the filter `date` with this one format; None if it has letters not known here."""
    parts: list[Callable[[datetime], str]] = []
    if form == "c":
        parts.append(datetime.isoformat)
    else:
        if "\\" in form:
            return None
        for mark in _LETTERS.findall(form):
            if name := _NAMES.get(mark):
                parts.append(name)
            elif number := _NUMBERS.get(mark):
                parts.append(number.format)
            elif mark[0].isascii() and mark[0].isalpha():
                return None
            else:
                parts.append(mark.replace("{", "{{").replace("}", "}}").format)

    def dated(value: Any, argument: str) -> Any:
        if type(value) is not datetime:
            return date(value, argument)
        return "".join([part(value) for part in parts])

    dated.expects_localtime = True  # type: ignore[attr-defined]
    return dated

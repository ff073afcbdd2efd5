"""Templates, of which what is the same for everybody is rendered once for each language.

Links to files, addresses without parts, translations of fixed sentences and icons make up most of a page,
and look the same on every request until the next release. Templates are written as ever: a loaded one is
walked through once, and each run of such nodes is put together to one that keeps its text.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.template import Origin, Template, TemplateDoesNotExist
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    TokenType,
    VariableNode,
)
from django.template.context import Context
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.loader_tags import IncludeNode
from django.template.loaders.cached import Loader
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language

# Lists of nodes in other nodes, beside those that each names itself.
_NODE_LISTS = ("nodelist", "nodelist_loop", "nodelist_empty")


class FoldingLoader(Loader):
    """Django's cached loader, but that it folds what it loads."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        key = self.cache_key(template_name, skip)
        is_new = key not in self.get_template_cache
        template = super().get_template(template_name, skip)
        if is_new:
            _Folding(self.get_template).fold(template.nodelist)
        return template


class FoldedNode(Node):
    """Nodes whose text depends on the language alone."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = NodeList(nodes)
        self._texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = self._nodes.render(context)
        return text

    render_annotated = render


class _Folding:
    def __init__(self, get_template: Callable[[str], Template]) -> None:
        self._get_template = get_template

    def fold(self, nodes: NodeList) -> None:
        """Put each run of nodes that are the same for everybody together, here and in nodes within."""
        folded: list[Node] = []
        for is_same, group in groupby(nodes, self._is_same):
            run = list(group)
            if is_same and not all(isinstance(node, TextNode) for node in run):
                folded.append(FoldedNode(run))
                continue
            folded += map(_remembered, run)
            for node in run:
                for inner in _inner(node):
                    self.fold(inner)
        nodes[:] = folded

    def _is_same(self, node: Node) -> bool:
        match node:
            case TextNode() | CommentNode() | LoadNode() | FoldedNode():
                return True
            case StaticNode():
                return node.varname is None and _is_literal(node.path)
            case URLNode():
                is_bare = not (node.args or node.kwargs or node.asvar)
                return is_bare and _is_literal(node.view_name)
            case TranslateNode():
                return not node.asvar and _are_literals(
                    node.filter_expression, node.message_context
                )
            case BlockTranslateNode():
                is_fixed = all(token.token_type == TokenType.TEXT for token in node.singular)
                return is_fixed and not (node.asvar or node.plural or node.message_context)
            case IncludeNode():
                return self._is_include_same(node)
        return False

    def _is_include_same(self, node: IncludeNode) -> bool:
        """Return True if only literals are handed to a template, or it asks for nothing."""
        if not _are_literals(node.template, *node.extra_context.values()):
            return False
        try:
            template = self._get_template(node.template.resolve(Context()))
        except TemplateDoesNotExist:
            return False
        is_alone = node.isolated_context
        return all(
            self._is_same(n) or (is_alone and self._is_same_alone(n)) for n in template.nodelist
        )

    def _is_same_alone(self, node: Node) -> bool:
        """Return True if what is handed to the node's template decides all that it shows."""
        match node:
            case VariableNode():
                return not node.filter_expression.filters
            case IfNode():
                nodes = [n for _, inner in node.conditions_nodelists for n in inner]
                return all(self._is_same(n) or self._is_same_alone(n) for n in nodes)
        return False


class _RememberedURLNode(Node):
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


def _remembered(node: Node) -> Node:
    """Return a node for the same address that remembers it; any other node as it is."""
    if not isinstance(node, URLNode) or not node.args or node.kwargs or node.asvar:
        return node
    is_known = _is_literal(node.view_name) and ":" not in node.view_name.token
    return _RememberedURLNode(node) if is_known else node


def _inner(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (nodes for _, nodes in node.conditions_nodelists)
        return
    for name in {*_NODE_LISTS, *node.child_nodelists}:
        if isinstance(nodes := getattr(node, name, None), NodeList):
            yield nodes


def _are_literals(*values: Any) -> bool:
    return all(value is None or _is_literal(value) for value in values)


def _is_literal(value: Any) -> bool:
    if not isinstance(value, FilterExpression):
        return isinstance(value, str)
    return not value.filters and (not value.is_var or value.var.lookups is None)

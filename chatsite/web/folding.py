"""Templates, of which what is the same for everybody is rendered once for each language.

Links to files, addresses without parts, translations of fixed sentences and icons make up most of a page,
and look the same on every request until the next release. Templates are written as ever: a loaded one is
walked through once, and each run of such nodes is put together to one that keeps its text.
"""

import threading
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django.template import Origin, Template, TemplateDoesNotExist
from django.template.base import (
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
from django.utils.translation import get_language

from chatsite.web.nodes import inner, is_literal, quicker


class FoldingLoader(Loader):
    """Django's cached loader, but that it folds what it loads.

    Nobody is handed a template that is being folded: to render a list of nodes that becomes shorter
    meanwhile leaves out the end of the page.
    """

    def __init__(self, engine: Any, loaders: Any) -> None:
        super().__init__(engine, loaders)
        self._lock = threading.RLock()
        self._begun: set[str] = set()
        self._folded: set[str] = set()

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        key = self.cache_key(template_name, skip)
        if key in self._folded:
            return super().get_template(template_name, skip)
        with self._lock:
            template = super().get_template(template_name, skip)
            if key not in self._begun:  # else a template that includes itself
                self._begun.add(key)
                _Folding(self.get_template).fold(template.nodelist)
                self._folded.add(key)
            return template

    def reset(self) -> None:
        with self._lock:
            super().reset()
            self._begun.clear()
            self._folded.clear()


class FoldedNode(Node):
    """Nodes whose text depends on the language alone."""

    is_same = True

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
            for node in run:
                for within in inner(node):
                    self.fold(within)
                folded.append(quicker(node, self._find))
        nodes[:] = folded

    def _is_same(self, node: Node) -> bool:
        match node:
            case TextNode() | CommentNode() | LoadNode() | FoldedNode():
                return True
            case StaticNode():
                return node.varname is None and is_literal(node.path)
            case URLNode():
                is_bare = not (node.args or node.kwargs or node.asvar)
                return is_bare and is_literal(node.view_name)
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
        template = self._find(node.template.resolve(Context()))
        if template is None:
            return False
        is_alone = node.isolated_context
        return all(
            self._is_same(n) or (is_alone and self._is_same_alone(n)) for n in template.nodelist
        )

    def _find(self, name: str) -> Template | None:
        try:
            return self._get_template(name)
        except TemplateDoesNotExist:
            return None

    def _is_same_alone(self, node: Node) -> bool:
        """Return True if what is handed to the node's template decides all that it shows."""
        match node:
            case VariableNode():
                return not node.filter_expression.filters
            case IfNode():
                nodes = [n for _, within in node.conditions_nodelists for n in within]
                return all(self._is_same(n) or self._is_same_alone(n) for n in nodes)
        return False


def _are_literals(*values: Any) -> bool:
    return all(value is None or is_literal(value) for value in values)

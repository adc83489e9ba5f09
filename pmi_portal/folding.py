"""What a template of Jinja2 says in one language whatever it is given: translated and drawn when it is compiled.

A page has hundreds of labels and icons that are the same for everybody. Each template is compiled once for each language, with
those as text in it, so that drawing the page is left with what differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jinja2
from django.utils import translation
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

INDENTATION = re.compile(r"^[ ]+", re.MULTILINE)  # a tenth of a page, and nobody reads it
CONTEXT_FIRST = "pgettext"
GETTEXT: dict[str, Callable[..., str]] = {
    "_": translation.gettext,
    "gettext": translation.gettext,
    CONTEXT_FIRST: translation.pgettext,
}
DRAWN = ("svg", "static")  # of the environment's globals


class Environment(jinja2.Environment):
    """Of one language; None is that of a reader whom nobody knows, whose templates translate as they are drawn."""

    language: str | None = None

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(INDENTATION.sub("", source), name, filename)
        if self.language is not None:
            with translation.override(self.language):
                _Folding(self).visit(tree)
        return tree


class _Folding(NodeTransformer):
    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # as Jinja2 names it
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        given = [*node.args, *(keyword.value for keyword in node.kwargs)]
        if not all(isinstance(one, nodes.Const | nodes.TemplateData) for one in given):
            return node
        arguments = [_value(one) for one in node.args]
        named = {keyword.key: _value(keyword.value) for keyword in node.kwargs}
        text = self._text(node.node.name, arguments, named)
        return node if text is None else nodes.TemplateData(text, lineno=node.lineno)

    def _text(self, name: str, arguments: list[Any], named: dict[str, Any]) -> str | None:
        """None for what is not known before the page is drawn."""
        if name in GETTEXT and not named and not any("%" in one for one in arguments):
            return str(GETTEXT[name](*arguments))
        draw: Any = self.environment.globals.get(name)
        return str(draw(*arguments, **named)) if name in DRAWN else None


def _value(node: nodes.Node) -> Any:
    return node.data if isinstance(node, nodes.TemplateData) else node.value  # type: ignore[attr-defined]

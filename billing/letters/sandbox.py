"""Templates that a seller writes: they can name a kind's facts, ask whether there are any, and no
more. Neither loops nor calls nor attributes, so that nothing can be reached or grow without end.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from billing.letters.errors import WordingUnusable
from billing.phrases import Phrase

_environment = SandboxedEnvironment(undefined=StrictUndefined)  # text; HTML is escaped later
_FILTERS = frozenset({"capitalize", "lower", "trim", "upper"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
    nodes.Filter,
)
# What a parser says of nonsense, and of what is nested too deep for it.
_UNREADABLE = (TemplateError, SyntaxError, RecursionError, MemoryError, ValueError)


def check(text: str, facts: frozenset[str], field: str) -> None:
    """Raises WordingUnusable, naming what is wrong in which line, about the input `field`."""
    try:
        tree = _environment.parse(text)
        problem = next(_problems(tree, facts), None)
        if problem is None:
            compiled(text)
            return
    except _UNREADABLE as error:
        at = getattr(error, "lineno", None)
        why = getattr(error, "message", None) or Phrase("it is nested too deep")
        problem = (
            Phrase("cannot be understood in line %(line)s: %(why)s", line=str(at), why=why)
            if at
            else Phrase("cannot be understood: %(why)s", why=why)
        )
    raise WordingUnusable(problem, field=field)


def rendered(text: str, told: Mapping[str, Any]) -> str:
    """The text with its facts filled in. Raises jinja2's TemplateError for what check refuses."""
    if "{" not in text:
        return text
    return compiled(text).render(told)


@lru_cache(maxsize=256)
def compiled(text: str) -> Template:
    """A template by its text: thousands of mails share a few."""
    return _environment.from_string(text)


def _problems(tree: nodes.Template, facts: frozenset[str]) -> Iterator[Phrase]:
    for node in _walk(tree):
        line = str(node.lineno)
        if isinstance(node, nodes.Name) and node.name not in facts:
            known = ", ".join(sorted(facts))
            yield Phrase(
                "names %(name)s in line %(line)s, which is no fact of this mail: "
                "there are %(known)s",
                name=node.name,
                line=line,
                known=known,
            )
        elif isinstance(node, nodes.Getattr):
            yield Phrase(
                "asks for .%(name)s in line %(line)s; facts are plain text and have no parts",
                name=node.attr,
                line=line,
            )
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            yield Phrase(
                "uses the filter %(name)s in line %(line)s; there are %(known)s",
                name=node.name,
                line=line,
                known=", ".join(sorted(_FILTERS)),
            )
        elif not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            yield Phrase(
                "uses %(what)s in line %(line)s; only facts and if … else … endif are possible",
                what=what,
                line=line,
            )


def _walk(tree: nodes.Node) -> Iterator[nodes.Node]:
    """All nodes, outer ones first, without recursion."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        left.extend(reversed(list(node.iter_child_nodes())))

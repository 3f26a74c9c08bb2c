"""Find what billing says to people: templates of refusals, of wrong values and of other phrases.

They are found by being written where they are used. What is put together before, so that nobody
could translate it, is an error here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_CLASS = re.compile(r"^class (\w+)\((\w+)\):", re.MULTILINE)
_PLACES = {"Phrase": 0, "FieldError": 1}
"""Which argument is the template; that of a refusal is its first."""


def phrases_in(path: Path) -> Iterator[str]:
    """Every template in a file. Raises ValueError for a text that is no template."""
    tree = ast.parse(path.read_text())
    places, named = _PLACES | dict.fromkeys(refusals(), 0), _assigned(tree)
    for node in ast.walk(tree):
        place = places.get(_name(node.func)) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
            try:
                yield from _templates(node.args[place], named)
            except TypeError:
                where = f"{path}:{node.lineno}"
                raise ValueError(f"{where}: write the template and give it its facts") from None


@cache
def refusals() -> frozenset[str]:
    """The names of all classes of refusals and of wrong values."""
    bases: dict[str, str] = {}
    for path in Path("billing").rglob("*.py"):
        bases.update(_CLASS.findall(path.read_text()))
    found = {"BillingError", "WrongValue"}
    while more := {name for name, base in bases.items() if base in found} - found:
        found |= more
    return frozenset(found)


def _templates(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression may be. Raises TypeError where they are put together."""
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        raise TypeError
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _templates(node.body, named)
        yield from _templates(node.orelse, named)
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, []):
            yield from _templates(value, {})


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""

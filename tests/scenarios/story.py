"""Reading a story: a text file of what is given, what happens on which date, and what comes of it.

    # Anything behind a # is for people.
    given plan pro price=49.00 currency=USD billing_cycle=monthly
      charge calls pricing_model=per_unit meter=calls unit_amount=0.01
    given customer timezone=Europe/Berlin

    on 2026-01-31                       advances the customer's test clock, 00:00 UTC,
    on 2026-02-10 14:30                 or to a time of that day
      subscribe pro quantity=5
      change quantity=0 -> invalid      what is refused, and with which code

    then invoices                       the whole list, in the columns that the table has
    | issued     | lines     | total  |
    | 2026-01-31 | Pro 49.00 |  49.00 |

A line of an indented block belongs to the line above the block. `name=value` are the fields that
the API takes; amounts are written in major units.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path


@dataclass
class Step:
    """Something given or done: a verb, perhaps of what, and fields."""

    line: int
    verb: str
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    parts: list[Step] = field(default_factory=list)


@dataclass
class Moment:
    """Time goes by until then; `at` is as the API takes it."""

    line: int
    at: str


@dataclass
class Table:
    """What there must be now: all rows, in these columns."""

    line: int
    kind: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


Entry = Step | Moment | Table


class Unreadable(Exception):
    """A line that means nothing; the message says where."""


def read(path: Path) -> list[Entry]:
    """The story's entries in order. Raises Unreadable."""
    entries: list[Entry] = []
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if text.strip() and not text.lstrip().startswith("#"):
            try:
                _add(entries, number, text)
            except (ValueError, IndexError) as error:
                raise Unreadable(f"{path.name}:{number}: {error}: {text}") from error
    return entries


def _add(entries: list[Entry], number: int, text: str) -> None:
    """One line more; the text is neither blank nor a comment."""
    if text.startswith("|"):
        _add_row(entries[-1], [cell.strip() for cell in text.strip().strip("|").split("|")])
        return
    indent = len(text) - len(text.lstrip())
    words = shlex.split(text, comments=True)
    last = entries[-1] if entries else None
    if words[0] == "on" and not indent:
        entries.append(Moment(number, _instant(words[1:])))
    elif words[0] == "then" and not indent:
        (kind,) = words[1:]
        entries.append(Table(number, kind))
    elif words[0] == "given" and not indent:
        entries.append(_step(number, words[1:]))
    elif indent and isinstance(last, Step) and words[0] == "charge":
        last.parts.append(_step(number, words))
    elif indent:
        entries.append(_step(number, words))
    else:
        raise ValueError("a line begins with given, on, then, | or spaces")


def _add_row(entry: Entry, cells: list[str]) -> None:
    if not isinstance(entry, Table):
        raise ValueError("a row without a table")
    if not entry.columns:
        entry.columns = cells
    elif len(cells) == len(entry.columns):
        entry.rows.append(cells)
    else:
        raise ValueError(f"{len(cells)} cells under {len(entry.columns)} columns")


def _instant(words: list[str]) -> str:
    day, time = (*words, "00:00")[:2]
    return f"{day}T{time}:00Z"


def _step(number: int, words: list[str]) -> Step:
    step = Step(number, words[0])
    if "->" in words:
        *words, _, step.refused = words
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            step.fields[name] = value
        elif not step.name and not step.fields:
            step.name = word
        else:
            raise ValueError(f"{word} is no name=value")
    return step


def side_by_side(expected: Table, found: list[list[str]]) -> str:
    """Both tables beside each other, with a mark where a row differs."""
    blank = [""] * len(expected.columns)
    rows = list(zip_longest(expected.rows, found, fillvalue=blank))
    tables = [expected.columns, *expected.rows, *found]
    widths = [max(len(row[n]) for row in tables) for n in range(len(expected.columns))]

    def cells(row: list[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))

    head = cells(expected.columns)
    title = f"  {'expected'.ljust(len(head))}  |  found"
    lines = [title, f"  {head}  |  {head}"]
    lines += [
        f"{'  ' if left == right else '≠ '}{cells(left)}  |  {cells(right)}" for left, right in rows
    ]
    return "\n".join(line.rstrip() for line in lines)

"""What a list is narrowed by: fields to ask for it, and words for what is in force."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as lazy

from billing.phrases import Day
from portal.languages.reader import reader_locale
from portal.languages.saying import own_words
from portal.values import words

_PLAIN = {"true": lazy("yes")}
_CODES = frozenset({"status", "method", "billing_cycle", "role"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Names = Callable[[list[str]], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form above a list; `options` where it is chosen from."""

    name: str
    label: str
    kind: str
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force that no tab and no search box shows; `name` is what can be taken away."""

    name: str
    label: str
    text: str


def label_of(name: str) -> str:
    """`customer_id` → `Customer`."""
    return words(name.removesuffix("_id"))


def chips_of(
    values: Mapping[str, str], names: Mapping[str, Names], shown: Iterable[str]
) -> Iterator[Chip]:
    """Of the `values` in force those that are not `shown` elsewhere, ids by their names."""
    for name in sorted(values.keys() - set(shown)):
        if value := values[name]:
            known = names[name]([value]) if name in names else {}
            yield Chip(name, label_of(name), known.get(value) or _said(name, value))


def _said(name: str, value: str) -> str:
    """A code of ours by its word, a day as its reader writes it, all else as it is."""
    if name in _CODES:
        return words(value)
    if _DAY.fullmatch(value):
        return Day(value).shown(own_words, reader_locale())
    return str(_PLAIN.get(value, value))

"""What a list is narrowed by: fields to ask for it, and words for what is in force."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as lazy

from portal.template_helpers import words

_PLAIN = {"true": lazy("yes")}

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
            known = names[name]([value]) if name in names else _PLAIN
            yield Chip(name, label_of(name), str(known.get(value, value)))

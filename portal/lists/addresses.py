"""A list's filters and sort as a query string, and back."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

_MOST_FIELDS = 50


def asked(args: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], str]:
    """The filters among `names` that an address carries, and its sort."""
    values = {name: args.get(name, "").strip()[:200] for name in names}
    return values, args.get("sort", "")[:50]


def query_of(values: Mapping[str, str], sort: str) -> str:
    """What is set, in one order, so that two that mean the same are the same text."""
    found = {name: value for name, value in {**values, "sort": sort}.items() if value}
    return urlencode(sorted(found.items()))


def arguments_of(query: str, names: Iterable[str]) -> dict[str, str]:
    """What a query string sets of the filters `names` and of the sort; all else is left out."""
    try:
        pairs = parse_qsl(query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    values, sort = asked({name: value for name, value in pairs if "\x00" not in value}, names)
    return {name: value for name, value in {**values, "sort": sort}.items() if value}

"""JSON from outside, parsed strictly: what is ambiguous or harmful is refused with its place.

The standard decoder takes NaN, duplicate keys and any depth; RFC 8259 §4 calls duplicate names
unpredictable, and I-JSON (RFC 7493) forbids them together with lone surrogates.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from api.problems import MOST_FINDINGS, RequestRefused
from billing.errors import FieldError

MAX_DEPTH = 32
_LONGEST_NAME = 100
_INT64 = range(-(2**63), 2**63)
_INFINITE = float("inf")


def load(body: bytes) -> Any:
    """The value in `body`.

    Raises RequestRefused: 400 for what is no JSON, nests too deep, or repeats a key; 422 for NUL
    characters, lone surrogates and numbers beyond 64 bits.
    """
    try:
        value = _decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise malformed("The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise malformed(f"The body is not JSON: {error.msg} at {place}.") from None
    if found := list(islice(_unusable(value, None, 1), MOST_FINDINGS)):
        raise RequestRefused(422, "invalid", "Some values cannot be used.", found)
    return value


def malformed(detail: str) -> RequestRefused:
    """The refusal of a body that is no acceptable JSON."""
    return RequestRefused(400, "malformed_json", detail)


def _too_deep() -> RequestRefused:
    return malformed(f"The body nests deeper than {MAX_DEPTH} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise malformed(f"The body has the key {_printable(_repeated(pairs))} more than once.")
    return found


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    times = Counter(name for name, _ in pairs)
    return next(name for name, count in times.items() if count > 1)


def _constant(name: str) -> Any:
    raise malformed(f"{name} is not JSON.")


def _integer(digits: str) -> int | float:
    """Numbers that no field can hold become infinite, and are named by the walk below."""
    return int(digits) if len(digits) <= 20 else _INFINITE


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)


_Place = tuple["_Place", str | int] | None
"""Where a value stands: what is around it, and its name there. Put in words only where needed."""


def _unusable(value: Any, place: _Place, depth: int) -> Iterator[FieldError]:
    if isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise _too_deep()
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from _unusable_text(name, place) if isinstance(name, str) else ()
            yield from _unusable(item, (place, name), depth + 1)
    elif isinstance(value, str):
        yield from _unusable_text(value, place)
    elif _out_of_range(value):
        yield FieldError(_in_words(place), "is out of range")


def _unusable_text(text: str, place: _Place) -> Iterator[FieldError]:
    if "\x00" in text:
        yield FieldError(_in_words(place), "must not contain NUL characters")
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield FieldError(_in_words(place), "must not contain lone surrogates")


def _out_of_range(value: Any) -> bool:
    if isinstance(value, float):
        return value in {_INFINITE, -_INFINITE}
    return type(value) is int and value not in _INT64


def _in_words(place: _Place) -> str:
    """`line_items.0.quantity`."""
    names: list[str] = []
    while place:
        place, name = place
        names.append(_printable(str(name)))
    return ".".join(reversed(names))


def _printable(name: str) -> str:
    """Names may hold what UTF-8 cannot, and be as long as the body."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return short.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")

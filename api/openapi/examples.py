"""What was asked and answered, operation by operation, when one story was told to the API.

The file is written by `make openapi` from tests/api/examples; a test tells the story again.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")

Json = dict[str, Any]


def body_example(operation: str) -> Json:
    """`{"example": …}` of an operation's body, empty where the story has none."""
    return _example(_kept().get(operation, {}), "body")


def answer_example(operation: str, status: int) -> Json:
    """The same of its answer."""
    return _example(_kept().get(operation, {}).get("answers", {}), str(status))


def parameter_example(operation: str, place: str, name: str) -> Json:
    """The same of a parameter in the `path` or the `query`."""
    return _example(_kept().get(operation, {}).get(place, {}), name)


def _example(kept: Json, name: str) -> Json:
    return {"example": kept[name]} if name in kept else {}


@cache
def _kept() -> dict[str, Json]:
    found: dict[str, Json] = json.loads(FILE.read_text("utf-8"))
    return found

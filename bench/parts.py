"""The parts of `make bench`, each a module here whose `rows` measures it."""

from importlib import import_module

from bench.table import Row

PARTS = (
    "http",
    "mix",
    "request_cost",
    "previews",
    "pricing",
    "papers",
    "webhooks",
    "mail",
    "billing_run",
    "start",
    "background",
    "growth",
    "scaling",
    "pages",
)
BY_NAME = ("million",)
"""Parts that take too long to be measured with everything."""


def measured(part: str, uri: str) -> list[Row]:
    """Its figures, on databases of its own at that server."""
    found: list[Row] = import_module(f"bench.{part}").rows(uri)
    return found

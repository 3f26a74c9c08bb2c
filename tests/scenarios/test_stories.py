"""The scenario book: every story in stories/, lived through the real API on a test clock.

The amounts in a story were worked out by hand; how is said in its comments.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.database import database
from billing.invoices.explain import explain_invoice
from billing.runs.check import check_books
from tests.api.checked_client import CheckedClient
from tests.billing.invoices.recompute import recompute
from tests.billing.reports.owed import check_statements
from tests.scenarios.shown import shown
from tests.scenarios.story import Moment, Step, Table, read, side_by_side
from tests.scenarios.world import World

STORIES = sorted((Path(__file__).parent / "stories").glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_it_goes_as_the_story_says(path: Path, admin: CheckedClient) -> None:
    world = World(admin)
    for entry in read(path):
        where = f"{path.name}:{entry.line}"
        if isinstance(entry, Moment):
            world.advance(entry.at)
        elif isinstance(entry, Step):
            live(world, entry, where)
        else:
            check(world, entry, where)
    assert check_books() == []
    check_statements()
    for row in database().invoices.find():
        recompute(explain_invoice(row))


def live(world: World, step: Step, where: str) -> None:
    try:
        world.do(step)
    except AssertionError as error:
        raise AssertionError(f"{where}: {step.verb}: {error}") from None


def check(world: World, table: Table, where: str) -> None:
    found = shown(table.kind, world.rows(table.kind), table.columns)
    if found != table.rows:
        pytest.fail(f"{where}: {table.kind}\n{side_by_side(table, found)}", pytrace=False)

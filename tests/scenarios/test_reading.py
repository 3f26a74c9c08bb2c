"""The format of the stories: what is read, what is refused, how a difference is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.story import Moment, Step, Table, Unreadable, read, side_by_side

STORY = """
# For people.
given plan pro price=49.00
  charge calls name="Calls made" meter=calls

on 2026-01-31 14:30
  subscribe pro quantity=5
  change quantity=0 -> invalid   # refused

then invoices
| issued     | total |
| 2026-01-31 |       |
"""


def written(directory: Path, text: str) -> Path:
    path = directory / "story.txt"
    path.write_text(text)
    return path


def test_a_story_is_read_line_by_line(tmp_path: Path) -> None:
    charge = Step(4, "charge", "calls", {"name": "Calls made", "meter": "calls"})
    assert read(written(tmp_path, STORY)) == [
        Step(3, "plan", "pro", {"price": "49.00"}, parts=[charge]),
        Moment(6, "2026-01-31T14:30:00Z"),
        Step(7, "subscribe", "pro", {"quantity": "5"}),
        Step(8, "change", "", {"quantity": "0"}, "invalid"),
        Table(10, "invoices", ["issued", "total"], [["2026-01-31", ""]]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "given",
        "on",
        "subscribe pro",
        "  subscribe pro twice",
        "  subscribe quantity=5 pro",
        "  subscribe 'pro",
        "then",
        "then invoices soon",
        "then invoices\n| a | b |\n| 1 |",
        "on 2026-01-31\n| a |",
        "| a |",
    ],
)
def test_a_line_that_means_nothing_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(Unreadable, match=r"story\.txt:\d+: "):
        read(written(tmp_path, line))


def test_a_difference_is_shown_side_by_side() -> None:
    expected = Table(1, "invoices", ["issued", "total"], [["2026-01-31", "49.00"], ["x", "1.00"]])
    assert side_by_side(expected, [["2026-01-31", "49.00"]]).splitlines() == [
        "  expected           |  found",
        "  issued      total  |  issued      total",
        "  2026-01-31  49.00  |  2026-01-31  49.00",
        "≠ x           1.00   |",
    ]

"""`python -m drills`: the drills themselves are no part of the suite, that they can be held is."""

from __future__ import annotations

import pytest

from drills.__main__ import hold, main
from drills.cases import NAMES, load
from drills.report import Report, Skipped


def test_without_names_every_drill_is_listed_with_what_it_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["drills"])
    assert main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(NAMES)
    assert all(len(line.split()) > 3 and callable(load(line.split()[0]).drill) for line in lines)


def test_a_drill_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["drills", "no_such_drill"])
    with pytest.raises(SystemExit, match="2"):
        main()


@pytest.mark.parametrize(
    ("held", "result"),
    [
        (lambda report: report.zero("lost", 0), "passed"),
        (lambda report: report.zero("lost", 1), "failed"),
        (lambda report: report.some("kills", 0), "failed"),
        (lambda report: report.within("seconds", 2.0, 1.0), "failed"),
        (lambda report: report.true("it is so", False), "failed"),
        (lambda report: 1 / 0, "failed"),
    ],
)
def test_how_a_drill_ends(monkeypatch: pytest.MonkeyPatch, held: object, result: str) -> None:
    case = type("case", (), {"__doc__": "Does something.", "drill": staticmethod(held)})
    monkeypatch.setattr("drills.__main__.load", lambda _: case)
    assert hold("anything").result == result


def test_what_cannot_be_held_here_is_neither_passed_nor_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drill(_: Report) -> None:
        raise Skipped("nginx is not installed here")

    case = type("case", (), {"__doc__": "Does something.", "drill": staticmethod(drill)})
    monkeypatch.setattr("drills.__main__.load", lambda _: case)
    monkeypatch.setattr("sys.argv", ["drills", NAMES[0]])
    assert main() == 3

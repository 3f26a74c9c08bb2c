"""`python -m drills` lists the drills; with names, or --all, it holds them and prints a table.

Exit codes: 0 all that was held is well; 1 a drill failed; 2 there is no such drill; 3 nothing
failed, yet some could not be held on this machine.
"""

import argparse
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from traceback import print_exc
from typing import Any

from rich.console import Console
from rich.table import Table

from drills.cases import NAMES, load
from drills.report import Report, Skipped

FAILED, SKIPPED = 1, 3


@dataclass
class Held:
    """How a drill ended."""

    name: str
    result: str
    seconds: float
    figures: dict[str, str]


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m drills", description="Hold drills.")
    parser.add_argument("names", nargs="*", metavar="DRILL", help="which; none lists them")
    parser.add_argument("--all", action="store_true", help="hold every drill")
    wanted = parser.parse_args()
    if unknown := [name for name in wanted.names if name not in NAMES]:
        parser.error(f"there is no drill {', '.join(unknown)}")
    names = NAMES if wanted.all else wanted.names
    if not names:
        _list()
        return 0
    signal.signal(signal.SIGTERM, _leave)
    held = [hold(name) for name in names]
    if len(held) > 1:
        _print(held)
    results = {one.result for one in held}
    return FAILED if "failed" in results else SKIPPED if "skipped" in results else 0


def hold(name: str) -> Held:
    """Hold one drill; whatever goes wrong in it is its failure."""
    case = load(name)
    print(f"{name}: {summary(case)}", flush=True)
    report, began = Report(), monotonic()
    try:
        case.drill(report)
        result = "failed" if report.failures else "passed"
    except Skipped as reason:
        result = "skipped"
        report.figure("skipped", reason)
    except Exception:  # noqa: BLE001 -- it is shown, and fails the drill
        print_exc()
        result = "failed"
    seconds = monotonic() - began
    print(f"{name}: {result} in {seconds:.0f} s\n", flush=True)
    return Held(name, result, seconds, report.figures)


def summary(case: Any) -> str:
    """What a drill does, in a line."""
    return str(case.__doc__).partition("\n")[0]


def _list() -> None:
    for name in NAMES:
        print(f"{name:<22} {summary(load(name))}")


def _print(held: Iterable[Held]) -> None:
    table = Table("drill", "result", "seconds", "figures", box=None, pad_edge=False)
    for one in held:
        figures = ", ".join(f"{what} {value}" for what, value in one.figures.items())
        table.add_row(one.name, one.result, f"{one.seconds:.0f}", figures)
    Console(width=160, highlight=False).print(table)


def _leave(number: int, _frame: Any) -> None:
    """Through every `finally`, so that nothing that was started is left behind."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())

"""Figures beside their ceilings: printed as one table, saved with commit and date."""

import json
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ceiling` was measured in the same run and, like `target`, is in `unit`; more
    is better unless `is_at_most`. `p50`, `p95` and `p99` are milliseconds."""

    figure: str
    value: float
    unit: str
    ceiling: float | None = None
    target: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    is_at_most: bool = False

    @property
    def ratio(self) -> float | None:
        """The share of its ceiling that the figure reaches."""
        return self.value / self.ceiling if self.ceiling else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.is_at_most else self.value >= self.target


def print_table(rows: list[Row], before: dict[str, float] | None = None) -> None:
    """One table; with `before` (figure to value) also how much each changed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("figure")
    for name in ("value", "unit", "ceiling", "ratio", "target", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    if before is not None:
        table.add_column("change", justify="right")
    for row in rows:
        cells = [row.figure, _number(row.value), row.unit, _number(row.ceiling), _share(row.ratio)]
        cells += [_target(row), *(_milliseconds(p) for p in (row.p50, row.p95, row.p99))]
        table.add_row(*cells, *([] if before is None else [_change(row, before)]))
    # As wide as it needs to be, also in a file or a narrow terminal.
    Console(width=160, highlight=False).print(table)


def save(rows: list[Row], name: str) -> Path:
    """Write the rows as JSON into bench/results, named by date, commit and `name`."""
    now, commit = datetime.now(UTC), commit_of("HEAD")
    content = {
        "name": name,
        "date": now.isoformat(timespec="seconds"),
        "commit": commit,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{now:%Y%m%d-%H%M%S}-{commit[:10]}-{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path


def load(commit: str, name: str) -> dict[str, float]:
    """Figure to value, from the newest results of `commit` that have the part called `name`, by
    itself or with all others. Raises SystemExit without any."""
    wanted = commit_of(commit)[:10]
    if wanted == "unknown":
        raise SystemExit(f"There is no commit {commit}.")
    found = {path for each in {name, "all"} for path in RESULTS.glob(f"*-{wanted}-{each}.json")}
    if not found:
        only = "" if name == "all" else f' ARGS="--only {name}"'
        raise SystemExit(f"There are no results of {wanted}: run `make bench{only}` there first.")
    newest = max(found)  # named by their dates
    content: dict[str, Any] = json.loads(newest.read_text())
    print(f"Beside {newest.name}, measured on {content['machine']}")
    return {row["figure"]: row["value"] for row in content["rows"]}


def commit_of(revision: str) -> str:
    """The full hash of a revision; "unknown" outside of a git checkout."""
    command = ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == 0 or value >= 100 else f"{value:,.3g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    share = _share(row.target / row.ceiling) if row.ceiling else _number(row.target)
    return f"{'✓' if row.is_met else '✗'} {'≤' if row.is_at_most else '≥'} {share}"


def _change(row: Row, before: dict[str, float]) -> str:
    if row.figure not in before:
        return "new"
    was = before[row.figure]
    return f"{row.value / was - 1:+.0%}" if was else f"{row.value - was:+,.0f}"

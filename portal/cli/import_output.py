"""What the import commands share: the file they take, their progress bar, how problems are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from billing.imports.entries import Problem

OnProgress = Callable[[str, int, int], None]

FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)


@contextmanager
def bar() -> Iterator[OnProgress]:
    """A progress bar on the error stream, one line for each phase; none where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=hidden
    ) as progress:
        tasks = {}

        def advance(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase, total=total)
            progress.update(tasks[phase], completed=done)

        yield advance


def print_problem(problem: Problem) -> None:
    """One line for a problem."""
    where = f"line {problem.line}"
    if problem.column:
        where += f", {problem.column} {problem.value[:80]!r}"
    click.echo(f"{where}: {problem.message}")

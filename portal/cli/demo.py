"""`flask demo`: an empty database becomes a company with two years of history."""

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from billing.demo.make_demo import Demo, make_demo
from portal.cli.database import with_database


@click.command("demo")
@with_database
def demo() -> None:
    """Fill an empty database with believable data, in under a minute."""
    columns = (TextColumn("Living through two years"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=hidden
    ) as progress:
        task = progress.add_task("", total=None)
        made = make_demo(
            on_progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    _print(made)


def _print(made: Demo) -> None:
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in made.counts.items())
    click.echo(f"Made {counts}.")
    click.echo("Sign in as")
    for role, email in made.logins:
        click.echo(f"  {role:<9} {email}")
    click.echo(f"all with the password {made.password}")

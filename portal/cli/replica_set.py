"""`flask db initiate`: the replica set of a deployment that brings its own MongoDB."""

from pathlib import Path

import click

from billing.replica_set import ReplicaSetTrouble, initiate_replica_set
from portal.cli.database import cli

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.command("initiate")
@click.argument("members", nargs=-1, required=True, metavar="HOST:PORT...")
@click.option("--user", default="duebill", show_default=True, help="Owns the database duebill.")
@click.option("--password-file", type=_FILE, required=True, help="Of that user.")
@click.option("--admin-password-file", type=_FILE, required=True, help="Of the user admin.")
@click.option("--port", type=click.IntRange(1, 65535), default=27017, show_default=True)
def initiate(
    members: tuple[str, ...], user: str, password_file: Path, admin_password_file: Path, port: int
) -> None:
    """Make a MongoDB replica set and its users, once; beside its first member.

    MongoDB allows that from the member's own machine only, and only while there is no user.
    """
    try:
        made = initiate_replica_set(
            members,
            admin_password=admin_password_file.read_text().strip(),
            user=user,
            password=password_file.read_text().strip(),
            port=port,
        )
    except ReplicaSetTrouble as error:
        raise click.ClickException(str(error)) from error
    click.echo("The replica set is made." if made else "The replica set is there already.")

"""`flask users …`: people who may sign in, from the terminal."""

from typing import get_args

import click
from flask.cli import AppGroup
from pydantic import ValidationError

from billing.actors import acting_as
from billing.users.inputs import Role, UserInput
from billing.users.save_user import create_user
from portal.cli.database import with_database
from portal.cli.terminal import TERMINAL

cli = AppGroup("users", help="Look after the people who may sign in.")


@cli.command("create")
@click.option("--email", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="How the person is shown.")
@click.option("--role", type=click.Choice(get_args(Role)), required=True)
@click.option("--customer", "customer_id", help="The customer's id, for the role customer.")
@click.password_option(help="At least 12 characters; asked for when left out.")
@with_database
def create(email: str, name: str, role: Role, customer_id: str | None, password: str) -> None:
    """Create a user."""
    try:
        data = UserInput(
            email=email, name=name, role=role, customer_id=customer_id, password=password
        )
    except ValidationError as error:
        raise click.ClickException(_explain(error)) from error
    with acting_as(TERMINAL):
        user = create_user(data)
    click.echo(f"{user.id}  {user.email}  {user.role}")


def _explain(error: ValidationError) -> str:
    """Every wrong field by its name, in one line; never what was typed, it may be a password."""
    problems = error.errors(include_url=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}".removeprefix(": ")
        for problem in problems
    )

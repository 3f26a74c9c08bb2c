"""Putting the restored collections in the place of those that are there, and back.

Each rename is one step of the server; all of them together are not, so everything here can be cut
off after any step and begun again. Meanwhile the installation is closed.
"""

from billing.backups.contents import INCOMING, OUTGOING
from billing.database import database


def exchange() -> None:
    """Let what came in take its place; what was there waits aside."""
    names = _names()
    for incoming in sorted(name for name in names if name.startswith(INCOMING)):
        name = incoming.removeprefix(INCOMING)
        _move_aside(name, names)
        database()[incoming].rename(name)


def go_back() -> None:
    """Put back what waits aside. Does nothing where nothing does."""
    names = _names()
    for name in sorted(names):
        if name.startswith(OUTGOING):
            database()[name].rename(name.removeprefix(OUTGOING), dropTarget=True)


def drop_outgoing() -> None:
    """Forget what was there before."""
    for name in _names():
        if name.startswith(OUTGOING):
            database().drop_collection(name)


def _move_aside(name: str, names: set[str]) -> None:
    """What has this name waits aside; where that was done before, what has it now is nothing."""
    if OUTGOING + name in names:
        database().drop_collection(name)
    elif name in names:
        database()[name].rename(OUTGOING + name)
    else:
        database().create_collection(OUTGOING + name)  # so that going back empties it


def _names() -> set[str]:
    return set(database().list_collection_names())

"""Gates: no token is given past a change of its client, and many can be given at once.

Who gives a token writes to one of the client's gates, who changes the client to all of them, each
in its own transaction. Of a gift and a change at the same moment one is done again, and sees the
other; two gifts seldom meet, as they would at the client's own document.
"""

import secrets

from billing.database import database

GATES = 8


def build_gates(client_id: str) -> None:
    """For a new client."""
    rows = [{"_id": _gate(client_id, n), "client_id": client_id, "passed": 0} for n in range(GATES)]
    database().oauth_gates.insert_many(rows)


def pass_gate(client_id: str) -> None:
    """Nobody changes the client before this transaction ends, nor did since it began."""
    one = {"_id": _gate(client_id, secrets.randbelow(GATES))}
    database().oauth_gates.update_one(one, {"$inc": {"passed": 1}})


def close_gates(client_id: str) -> None:
    """No token is given before this transaction ends, nor was one since it began."""
    database().oauth_gates.update_many({"client_id": client_id}, {"$inc": {"passed": 1}})


def _gate(client_id: str, number: int) -> str:
    return f"{client_id}/{number}"

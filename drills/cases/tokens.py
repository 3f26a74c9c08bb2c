"""Refresh tokens used twice, and secrets rotated under load.

Of 8 that bring one refresh token at once none may go on afterwards: its sign-in has ended. A
client's secret is rotated with an overlap while it is in use, and then the key that signs tokens,
in rolling restarts: nothing fails.
"""

import threading
import urllib.parse
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from billing.users.tokens import Tokens
from drills.report import Report
from drills.world.client import Answer, Client
from drills.world.servers import JWT_SECRET, PUBLIC_URL
from drills.world.together import at_once
from drills.world.world import PASSWORD, World, world
from drills.world.writer import Writer

ROUNDS = 10
ROTATIONS = 5
_NEXT_SECRET = "w7Qe2TyU9iOp4AsD6fGh1JkL3zXc8VbN"


def drill(report: Report) -> None:
    """On two portals."""
    # Tokens are given over TLS or to this computer; here nginx has no certificate. One web process
    # each, since most of the time goes by in six restarts.
    with world(nodes=1, AUTHLIB_INSECURE_TRANSPORT="1", WEB_CONCURRENCY="1") as found:
        _used_twice(found, report)
        _rotated(found, report)
        _signed_anew(found, report)


def _used_twice(found: World, report: Report) -> None:
    clients = [found.client(portal) for portal in found.portals]
    pairs = alive = 0
    for _ in range(ROUNDS):
        sign_in = {"email": found.admin.email, "password": PASSWORD}
        first = clients[0].post("/auth/login", sign_in).body
        body = {"refresh_token": first["refresh_token"]}
        asked = [partial(clients[n % 2].post, "/auth/refresh", body) for n in range(8)]
        got = [answer.body for answer in at_once(asked) if answer.status == 200]
        pairs += len(got)
        tokens = [first["access_token"], *(pair["access_token"] for pair in got)]
        alive += sum(_me(clients[1], token).status == 200 for token in tokens)
        again = [
            clients[0].post("/auth/refresh", {"refresh_token": p["refresh_token"]}) for p in got
        ]
        alive += sum(answer.status == 200 for answer in again)
    report.some("refresh tokens that gave a pair before they were used twice", pairs)
    report.zero("pairs too many", max(0, pairs - ROUNDS))
    report.zero("tokens alive after a second use", alive)


def _me(client: Client, token: str) -> Answer:
    return client.call("GET", "/me", Authorization=f"Bearer {token}")


def _rotated(found: World, report: Report) -> None:
    client = found.client()
    made = client.post(
        "/oauth_clients",
        {"name": "Drill", "grant_types": ["client_credentials"], "scopes": ["read:customers"]},
    )
    if made.status != 201:
        raise RuntimeError(f"The client is not made: {made.body}")
    holder = Holder(found, made.body)
    with holder.asking() as statuses:
        for _ in range(ROTATIONS):
            path = f"/oauth_clients/{made.body['id']}/rotate_secret"
            told = client.post(path, {"overlap_hours": 1}).body
            before = statuses.total()
            while statuses.total() < before + 10:  # the old one works on for now
                threading.Event().wait(0.01)
            holder.secret = told["client_secret"]
    report.some("token requests meanwhile", statuses.total(), 10 * ROTATIONS)
    report.figure("token requests by status", dict(statuses))
    report.zero("token requests that failed", statuses.total() - statuses[200])


def _signed_anew(found: World, report: Report) -> None:
    """JWT_SECRET is exchanged in three rolling restarts, while tokens of both are about."""
    settings = (
        {"JWT_SECRET_OTHER": _NEXT_SECRET},
        {"JWT_SECRET": _NEXT_SECRET, "JWT_SECRET_OTHER": JWT_SECRET},
    )
    writer = Writer(found.client(), rate=20, threads=4)
    with writer:
        for told in settings:
            for portal in found.portals:
                portal.end(60)
                portal.start(**told)
                portal.await_ready()
    failed = writer.statuses.total() - writer.statuses[201]
    report.some("writes while the key of tokens was exchanged", writer.statuses[201], 40)
    report.figure("writes by what was answered", dict(writer.outcomes))
    report.zero("writes that failed meanwhile", failed)
    by_new = Tokens(_NEXT_SECRET, PUBLIC_URL).issue(found.admin).access_token
    believed = [_me(found.client(portal), by_new).status == 200 for portal in found.portals]
    report.true("tokens of the new key are believed", all(believed))
    for portal in found.portals:  # nobody writes any more, so both at once
        portal.end(60)
        portal.start(JWT_SECRET_OTHER="")
    for portal in found.portals:
        portal.await_ready()
    report.true("those of the old one no more", found.client().get("/me").status == 401)


class Holder:
    """An API client that asks for tokens all the time."""

    def __init__(self, found: World, made: dict[str, Any]) -> None:
        self._client, self._id = found.client(), made["id"]
        self._portals = [found.client(portal) for portal in found.portals]
        self.secret: str = made["client_secret"]

    @contextmanager
    def asking(self) -> Iterator[Counter[int]]:
        statuses: Counter[int] = Counter()
        done = threading.Event()

        def ask() -> None:
            while not done.wait(0.02):
                portal = self._portals[statuses.total() % len(self._portals)]
                statuses[self._ask(portal).status] += 1

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        try:
            yield statuses
        finally:
            done.set()
            thread.join()

    def _ask(self, portal: Client) -> Answer:
        pair = b64encode(f"{self._id}:{self.secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        return portal.raw("POST", "/oauth/token", body, headers)

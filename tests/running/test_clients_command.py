"""`flask clients …`, as typed at a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.oauth.client_secrets import secret_matches
from billing.oauth.queries import get_client

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environ(db: Database[Row], mongodb_uri: str, tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "MONGODB_URI": mongodb_uri, "DATA_DIR": str(tmp_path)}


def clients(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "clients", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def printed(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """The client's id and its secret."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == "The secret is shown this once; keep it now.\n"
    lines = dict(line.split() for line in done.stdout.splitlines())
    return lines["client_id"], lines["client_secret"]


def test_a_client_is_made_and_given_another_secret(
    environ: dict[str, str], db: Database[Row]
) -> None:
    scopes = ("--scope", "read:customers", "--scope", "write:invoices")
    client_id, first = printed(clients(environ, "create", "--name", "Export", *scopes))
    client = get_client(client_id)
    assert (client.name, client.scopes) == ("Export", ["read:customers", "write:invoices"])
    assert secret_matches(client, first)
    _, second = printed(clients(environ, "rotate", client_id, "--overlap-hours", "0"))
    client = get_client(client_id)
    assert secret_matches(client, second)
    assert not secret_matches(client, first)
    events = list(db.events.find({"object_id": client_id}))
    assert {event["actor"]["name"] for event in events} == {"Command line"}
    assert len(events) == 2


def test_a_public_client_has_no_secret_to_print(environ: dict[str, str]) -> None:
    done = clients(
        environ, "create", "--name", "App", "--scope", "read:plans", "--public",
        "--grant", "authorization_code", "--redirect-uri", "http://127.0.0.1/cb",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("client_id      cli_")
    assert done.stdout.count("\n") == 1


def test_what_is_wrong_is_one_line(environ: dict[str, str], db: Database[Row]) -> None:
    done = clients(
        environ, "create", "--name", "App", "--scope", "read:plans", "--rate-limit", "0",
        "--grant", "authorization_code", "--redirect-uri", "http://a.example/cb",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: redirect_uris.0: must begin with https://")
    assert "; rate_limit: must be greater than or equal to 1" in done.stderr
    done = clients(environ, "rotate", "cli_nobody")
    assert (done.returncode, done.stderr) == (1, "Error: There is no such API client.\n")
    assert db.oauth_clients.count_documents({}) == 0

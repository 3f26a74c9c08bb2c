"""`flask users create`, as typed at a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.users.sign_in import sign_in

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


@pytest.fixture
def environ(db: Database[Row], mongodb_uri: str, tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "MONGODB_URI": mongodb_uri, "DATA_DIR": str(tmp_path)}


def create(environ: dict[str, str], **changes: str) -> subprocess.CompletedProcess[str]:
    """Type the command with good values, but for `changes`."""
    values = {
        "email": "ada@example.com",
        "name": "Ada",
        "role": "billing",
        "password": PASSWORD,
        **changes,
    }
    options = [part for name, value in values.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-m", "flask", "users", "create", *options]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_the_new_user_can_sign_in_and_the_trail_names_the_command_line(
    environ: dict[str, str], db: Database[Row]
) -> None:
    done = create(environ)
    assert (done.returncode, done.stderr) == (0, "")
    user = sign_in("ada@example.com", PASSWORD, "127.0.0.1")
    assert done.stdout == f"{user.id}  ada@example.com  billing\n"
    event = db.events.find_one({"object_id": user.id, "type": "user.created"})
    assert event is not None
    assert event["actor"]["name"] == "Command line"


def test_a_second_user_of_the_same_email_is_refused_in_one_line(environ: dict[str, str]) -> None:
    create(environ)
    done = create(environ)
    assert (done.returncode, done.stderr) == (1, "Error: A user with this email exists.\n")


def test_every_wrong_value_is_named_and_the_password_is_not_repeated(
    environ: dict[str, str], db: Database[Row]
) -> None:
    done = create(environ, email="ada", password="too-short")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: email: ")
    assert "; password: " in done.stderr
    assert "too-short" not in done.stderr
    assert db.users.count_documents({}) == 0

"""What every test stands on: a real mongod for the session, a database for each worker.

Ask for `db` to have an empty database with all indexes; `settings` are a portal's for tests.
Nothing beyond loopback can be reached (pytest-socket, see pyproject.toml) and warnings are errors.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from pymongo.database import Database

from billing import database, indexes, keeping, pages
from billing.embedded import embedded_mongodb
from billing.settings import Settings
from billing.users import passwords
from tests.emptying import empty


@pytest.fixture(scope="session")
def session_dir(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def mongodb_server(session_dir: Path) -> Iterator[str]:
    """The URI of a mongod that the first worker starts and the last one stops."""
    data = session_dir / "data"
    with embedded_mongodb(data) as uri:
        yield uri
    if not (data / "mongo" / "mongod.lock").read_text():  # empty once mongod has ended
        shutil.rmtree(data / "mongo")


@pytest.fixture(scope="session")
def mongodb_uri(mongodb_server: str, worker_id: str) -> str:
    """The URI of this worker's own database, also for processes that a test starts."""
    return mongodb_server.replace("/duebill?", f"/test_{worker_id}?")


@pytest.fixture(scope="session", autouse=True)
def nobody_else_keeps_anything() -> Iterator[None]:
    """A test is alone with its database, so it need not wait for what other processes keep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "WAIT_SECONDS", 0)
        yield


@pytest.fixture(scope="session")
def connected_database(mongodb_uri: str) -> Iterator[None]:
    """MongoEngine connected to this worker's database, with every index."""
    database.connect(mongodb_uri)
    indexes.ensure_indexes()
    yield
    database.disconnect()


@pytest.fixture
def db(connected_database: None) -> Database[database.Row]:
    """The PyMongo database, empty; collections and indexes stay."""
    found = database.database()
    empty(found)
    pages.forget_counts()  # those of the test before
    keeping.forget_everything()
    return found


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2id at its least cost: hashes as strong as the product's take 0.1 s of every sign-in."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_NOBODY", cheap.hash("nobody has this password"))
        yield


@pytest.fixture(scope="session")
def settings(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A local portal's settings, on the worker's database."""
    return Settings.load(
        {
            "MONGODB_URI": mongodb_uri,
            "DATA_DIR": str(tmp_path_factory.mktemp("var")),
            "SECRET_KEY": "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe",
            "JWT_SECRET": "Vt4Ry1oMx8Kb6NzWc3JuQf7LdHg0SpEa",
            "LOG_LEVEL": "error",
            "API_RATE_LIMIT": "1000000",
            "ADDRESS_RATE_LIMIT": "1000000",
            "TOKEN_RATE_LIMIT": "1000000",
            "API_LOG": "false",  # written beside the requests, so also beside the next test
        }
    )

"""All of it together: a replica set, portals behind a proxy, workers, Redis."""

import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from billing import database, indexes, sealing
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user
from billing.users.tokens import Tokens
from billing.webhooks import targets
from drills.world.children import Child
from drills.world.client import Client
from drills.world.proxy import Proxy
from drills.world.replica_set import ReplicaSet, replica_set
from drills.world.servers import (
    JWT_SECRET,
    PUBLIC_URL,
    SECRET_KEY,
    Portal,
    Redis,
    Worker,
    environment,
)

PASSWORD = "correct horse battery"
_FILES = 16_384


@dataclass
class World:
    """Running servers. The drill itself is connected to the database, past all of them."""

    directory: Path
    mongo: ReplicaSet
    environ: dict[str, str]
    admin: User
    redis: Redis | None = None
    portals: list[Portal] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    proxy: Proxy | None = None

    def token(self) -> str:
        """An access token of the admin, good for a quarter of an hour."""
        return Tokens(JWT_SECRET, PUBLIC_URL).issue(self.admin).access_token

    def client(self, portal: Portal | None = None, *, seconds: float = 30) -> Client:
        """Somebody who speaks to the API as the admin: through the proxy, or with one portal."""
        server = portal or self.proxy or self.portals[0]
        return Client(f"http://127.0.0.1:{server.port}", self.token(), seconds)

    def flask(self, name: str, *arguments: str, **environ: str) -> Child:
        """A `flask …` command, not started yet."""
        import sys

        command = [sys.executable, "-m", "flask", *arguments]
        return Child(name, command, self.directory / f"{name}.log", {**self.environ, **environ})


@contextmanager
def world(
    *,
    nodes: int = 3,
    portals: int = 2,
    workers: int = 0,
    redis: bool = False,
    proxy: bool = True,
    around: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext(),
    **environ: str,
) -> Iterator[World]:
    """A world for the length of this context; `environ` are settings of the portal.

    `around` is entered with its directory before anything is there.
    """
    _allow_files()
    with (
        tempfile.TemporaryDirectory(prefix="duebill-drill-", ignore_cleanup_errors=True) as name,
        around(Path(name)),
        replica_set(Path(name), nodes) as mongo,
        ExitStack() as running,
    ):
        Path(name).chmod(0o755)  # nginx changes its user
        _connect(mongo.uri)
        running.callback(database.disconnect)
        found = World(
            directory=Path(name),
            mongo=mongo,
            environ=environment(mongo.uri, Path(name), **environ),
            admin=_admin(),
        )
        if redis:
            found.redis = Redis(found.directory)
            running.callback(found.redis.kill)
            found.redis.begin()
            found.environ["REDIS_URL"] = found.redis.url
        _start_portals(found, running, portals)
        if proxy and portals:
            found.proxy = Proxy(found.directory, [portal.port for portal in found.portals])
            running.callback(found.proxy.end, 5)
            found.proxy.begin()
        for n in range(1, workers + 1):
            found.workers.append(Worker(f"worker-{n}", found.directory, found.environ))
            running.callback(found.workers[-1].end)
            found.workers[-1].start()
        yield found


def _start_portals(found: World, running: ExitStack, count: int) -> None:
    for n in range(1, count + 1):
        data = {"DATA_DIR": str(found.directory / f"var-{n}")}
        portal = Portal(f"portal-{n}", found.directory, {**found.environ, **data})
        running.callback(portal.end)
        found.portals.append(portal)
        portal.start()
    for portal in found.portals:
        portal.await_ready()


def _connect(uri: str) -> None:
    sealing.use_secret(SECRET_KEY)
    targets.allow_private(True)
    database.connect(uri)
    indexes.ensure_indexes()


def _admin() -> User:
    return create_user(
        UserInput(email="drill@example.com", name="Drill", role="admin", password=PASSWORD)
    )


def _allow_files() -> None:
    """A thousand connections are open at once in some drills."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))

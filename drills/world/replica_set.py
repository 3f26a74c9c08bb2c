"""Three mongods that are one database, set up as deployed: elections within two seconds."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from billing.database import Row
from billing.embedded_binary import find_mongod
from drills.world.children import Child, free_port, listens, until

_SETTINGS = {"electionTimeoutMillis": 2000}
_PARAMETERS = ("transactionLifetimeLimitSeconds=5", "diagnosticDataCollectionEnabled=false")


class Node(Child):
    """One mongod with its data in `directory`."""

    def __init__(self, name: str, directory: Path) -> None:
        self.port, self.data = free_port(), directory / name
        self.data.mkdir(parents=True, exist_ok=True)
        command = [str(find_mongod(directory)), "--quiet", "--nounixsocket", "--replSet", "drill"]
        command += ["--bind_ip", "127.0.0.1", "--port", str(self.port), "--dbpath", str(self.data)]
        command += ["--oplogSize", "128", "--wiredTigerCacheSizeGB", "0.5"]
        for parameter in _PARAMETERS:
            command += ["--setParameter", parameter]
        super().__init__(name, command, directory / f"{name}.log")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, command: str, value: object = 1) -> Row:
        """What it answers for itself; empty when it does not."""
        with suppress(PyMongoError), _client(self.port) as client:
            return client.admin.command(command, value)
        return {}

    def is_primary(self) -> bool:
        return bool(self.ask("hello").get("isWritablePrimary"))


class ReplicaSet:
    """Its nodes, and which of them leads."""

    def __init__(self, directory: Path, nodes: int = 3) -> None:
        self.nodes = [Node(f"mongod-{n}", directory) for n in range(1, nodes + 1)]
        hosts = ",".join(node.host for node in self.nodes)
        self.uri = f"mongodb://{hosts}/duebill?replicaSet=drill"

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            until(lambda n=node: listens(n.port), 60, f"{node.name} listens")  # type: ignore[misc]
        members = [{"_id": n, "host": node.host} for n, node in enumerate(self.nodes)]
        config = {"_id": "drill", "members": members, "settings": _SETTINGS}
        self.nodes[0].ask("replSetInitiate", config)
        self.primary()

    def end(self) -> None:
        for node in self.nodes:
            node.thaw()
            node.kill()  # the data goes away with the drill

    def primary(self, seconds: float = 60) -> Node:
        """The node that takes writes; waits for the election."""
        return until(self._primary, seconds, "a primary is elected")

    def secondaries(self) -> list[Node]:
        first = self.primary()
        return [node for node in self.nodes if node is not first]

    def await_whole(self, seconds: float = 60) -> None:
        """Until every node leads or follows."""
        until(self._is_whole, seconds, "all nodes lead or follow")

    def _is_whole(self) -> bool:
        answers = [node.ask("hello") for node in self.nodes]
        return all(a.get("isWritablePrimary") or a.get("secondary") for a in answers)

    def _primary(self) -> Node | None:
        return next((node for node in self.nodes if node.pid and node.is_primary()), None)


@contextmanager
def replica_set(directory: Path, nodes: int = 3) -> Iterator[ReplicaSet]:
    """A running set for the length of this context."""
    found = ReplicaSet(directory, nodes)
    try:
        found.start()
        yield found
    finally:
        found.end()


def _client(port: int) -> MongoClient[Row]:
    return MongoClient(
        "127.0.0.1",
        port,
        directConnection=True,
        serverSelectionTimeoutMS=500,
        connectTimeoutMS=500,
        socketTimeoutMS=2000,
    )

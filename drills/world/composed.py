"""deploy/compose.yaml without containers: its commands with its settings, each a process here.

What only a container gives is exchanged, and nothing else: names of hosts for ports on loopback,
places below / for ones in a directory of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from billing.embedded_binary import find_mongod
from drills.report import Skipped
from drills.world.children import ROOT, Child, free_port
from drills.world.servers import program

_BESIDE = Path(sys.executable).parent
MEMBERS = ("mongodb-1", "mongodb-2", "mongodb-3")
_PORTS = {**dict.fromkeys(MEMBERS, 27017), "redis": 6379}
PORTALS = ("portal-1", "portal-2")
_DOCKERFILE = ROOT / "Dockerfile"


class Composed:
    """The services of the compose file as processes; `told` is what duebill.env says."""

    def __init__(self, directory: Path, told: Mapping[str, str]) -> None:
        self.directory, self._deploy, self._told = directory, directory / "deploy", told
        ours = shutil.ignore_patterns("secrets", "*.env")
        shutil.copytree(ROOT / "deploy", self._deploy, ignore=ours)
        self._services = yaml.safe_load((self._deploy / "compose.yaml").read_text())["services"]
        self.ports = {name: free_port() for name in (*_PORTS, *PORTALS)}
        _make_secrets(self._deploy)
        uri = self._deploy / "secrets/mongodb_uri"
        uri.write_text(self._here(uri.read_text()))

    def service(self, name: str, *command: str) -> Child:
        """One of them, not started yet; with another `command`, as `docker compose run` has it."""
        log = self.directory / f"{name}.log"
        return Child(name, self._command(name, command), log, self._environment(name))

    def secret(self, name: str) -> str:
        """What is in its file."""
        return (self._deploy / "secrets" / name).read_text().strip()

    def _command(self, name: str, instead: tuple[str, ...]) -> list[str]:
        told = instead or self._services[name].get("command") or _image_command()
        first, *rest = (self._here(str(word)) for word in told)
        if first == "mongod":
            return [str(find_mongod(self.directory)), *rest, *self._of_member(name)]
        if first == "redis-server":
            port = str(self.ports[name])
            return [program(first), *rest, "--bind", "127.0.0.1", "--port", port]
        if name == "replica-set":
            rest.append(f"--port={self.ports[MEMBERS[0]]}")
        return [str(_BESIDE / first), *rest]

    def _of_member(self, name: str) -> list[str]:
        """Said after what the file says, and so in its place."""
        place = self.directory / name
        place.mkdir(exist_ok=True)
        own = ["--bind_ip=127.0.0.1", f"--port={self.ports[name]}", f"--dbpath={place}"]
        return [*own, "--nounixsocket", "--oplogSize=128", "--quiet"]

    def _environment(self, name: str) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        service = self._services[name]
        given = {
            key: self._here(str(value)) for key, value in service.get("environment", {}).items()
        }
        own = {"HOST": "127.0.0.1", "DATA_DIR": str(self.directory / f"{name}.tmp")}
        port = {"PORT": str(self.ports[name])} if name in PORTALS else {}
        return {**kept, **_image_settings(), **self._told, **given, **own, **port}

    def _here(self, text: str) -> str:
        """With ports on loopback for hosts, and this directory's secrets."""
        for name, port in _PORTS.items():
            text = text.replace(f"{name}:{port}", f"127.0.0.1:{self.ports[name]}")
        return text.replace("/run/secrets", str(self._deploy / "secrets"))


def _image_command() -> list[str]:
    """What the image starts where nothing else is said."""
    lines = _DOCKERFILE.read_text().splitlines()
    command: list[str] = json.loads(lines[-1].removeprefix("CMD "))
    return command


def _image_settings() -> dict[str, str]:
    """The image's ENV, but for PATH."""
    told = re.search(r"^ENV ((?:.*\\\n)*.*)$", _DOCKERFILE.read_text(), re.MULTILINE)
    words = told.group(1).replace("\\\n", " ").split() if told else []
    pairs = (word.partition("=") for word in words)
    return {name: value for name, _, value in pairs if name != "PATH"}


def _make_secrets(deploy: Path) -> None:
    """By the script that an operator runs. Raises Skipped."""
    if os.geteuid():
        raise Skipped("deploy/make-secrets.sh gives files to other users, which takes root")
    subprocess.run(["sh", str(deploy / "make-secrets.sh")], check=True, stdout=subprocess.DEVNULL)

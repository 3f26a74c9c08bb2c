"""What Duebill is built on, judged from what is here: `python -m scripts.dependencies`.

Part of `make check`; needs no network. It fails unless

- each requirement is locked to one version, and installed in none but that,
- each Python package has a licence of LICENCES, or is in EXCUSED with a reason,
- each JavaScript package is locked with its checksum and names no registry,
- no advisory in advisories/ (OSV) is about a locked version.

What is installed and in no lock is named, and no failure: an environment that was used for an
older release has leftovers. Whether there are new advisories only their databases know: `make
audit` asks them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
ADVISORIES = ROOT / "advisories"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")
_TOOLS = {"pip", "setuptools", "wheel"}
"""Made with the environment, and not used by the portal."""
LICENCES = re.compile(
    r"(?i)\b(mit|mit-0|bsd|isc|apache|psf|python software foundation|unlicense|0bsd|ofl|"
    r"mpl-2|mozilla public license 2)"
)
EXCUSED = {
    "text-unidecode": "for tests alone; Artistic License is one of its three",
}


def locked(*files: str) -> Iterator[tuple[str, str, str]]:
    """The file, name and version of each line; the version is empty where there is not one."""
    for file in files:
        for line in (ROOT / file).read_text().splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                found = _PINNED.match(line)
                name, version = found.groups() if found else (line, "")
                yield file, canonicalize_name(name), version


def python_findings() -> Iterator[str]:
    """Locks that are open, and installed packages that differ from them or lack a licence."""
    known: dict[str, set[str]] = {}
    for file, name, version in locked("requirements.txt", "requirements-dev.txt"):
        if not version:
            yield f"{file}: {name} is not locked to one version"
        known.setdefault(name, set()).add(version)
    for package in distributions():
        name = canonicalize_name(package.name)
        if name in _TOOLS:
            continue
        if name not in known:
            print(f"note: {name} {package.version} is installed and in no lock")
            continue
        if package.version not in known[name]:
            yield f"{name} {package.version} is installed, but {min(known[name])} is locked"
        if name not in EXCUSED and not LICENCES.search(licence_of(package)):
            yield f"{name} has the licence {licence_of(package)!r}, which nobody allowed"


def licence_of(package: Distribution) -> str:
    """What a package says of its licence."""
    told = package.metadata
    classes = [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
    return told.get("License-Expression") or " ".join(classes) or told.get("License") or "unknown"


def npm_packages() -> dict[str, dict[str, Any]]:
    """What package-lock.json locks, by where it is put."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return {path: package for path, package in lock["packages"].items() if path}


def npm_findings() -> Iterator[str]:
    """Packages without checksum, or from a registry by name."""
    for path, package in npm_packages().items():
        if not str(package.get("integrity", "")).startswith("sha512-"):
            yield f"package-lock.json: {path} has no sha512 checksum"
        if "resolved" in package:
            yield f"package-lock.json: {path} names a registry"


def advisory_findings(folder: Path = ADVISORIES) -> Iterator[str]:
    """Locked packages that an advisory is about."""
    python = {("PyPI", name, version) for _, name, version in locked("requirements.txt")}
    python |= {("PyPI", name, version) for _, name, version in locked("requirements-dev.txt")}
    packages = npm_packages().items()
    npm = {("npm", path.rpartition("node_modules/")[2], p["version"]) for path, p in packages}
    for file in sorted(folder.glob("*.json")):
        advisory = json.loads(file.read_text())
        if (advisory.get("database_specific") or {}).get("duebill_not_affected"):
            continue
        for affected in advisory.get("affected", []):
            package = affected["package"]
            for ecosystem, name, version in sorted(python | npm):
                same = ecosystem == package["ecosystem"] and name == _named(package)
                if same and is_affected(version, affected):
                    yield f"{name} {version}: {advisory['id']} {advisory.get('summary', '')}"


def _named(package: dict[str, str]) -> str:
    is_python = package["ecosystem"] == "PyPI"
    return canonicalize_name(package["name"]) if is_python else package["name"]


def is_affected(version: str, affected: dict[str, Any]) -> bool:
    """Whether the version is listed, or lies in a range: from `introduced` on, before `fixed` or
    up to `last_affected`. Source: the OSV schema, "Evaluation"."""
    if version in affected.get("versions", []):
        return True
    for each in affected.get("ranges", []):
        if each["type"] in {"ECOSYSTEM", "SEMVER"} and _lies_in(version, each["events"]):
            return True
    return False


def _lies_in(version: str, events: list[dict[str, str]]) -> bool:
    inside = False
    for event in sorted(events, key=lambda e: _order(next(iter(e.values())))):
        (kind, at), own = next(iter(event.items())), _order(version)
        if kind == "introduced" and own >= _order(at):
            inside = True
        elif (kind == "fixed" and own >= _order(at)) or (
            kind == "last_affected" and own > _order(at)
        ):
            inside = False
    return inside


def _order(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def main() -> int:
    """The exit code."""
    found = [*python_findings(), *npm_findings(), *advisory_findings()]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""What `make check` looks through without the network: secrets in git, and what we are built on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import dependencies, secret_scan
from scripts.dependencies import advisory_findings, is_affected


def test_every_known_finding_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception must not outlive its reason."""
    known = secret_scan.KNOWN.keys()
    monkeypatch.setattr(secret_scan, "KNOWN", {})
    paths = sorted({path for path, _ in known})
    assert known == {(path, s.secret_hash) for path, _, s in secret_scan.findings(paths)}


@pytest.mark.parametrize(
    "planted",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "uri = 'mongodb://duebill:" + "hunter2pass@db/x'",
        "token = 'ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'",
        "password = '" + "kq8Zr3vN0xWb5Lt'",
    ],
)
def test_what_is_planted_is_found(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "leak.py").write_text(planted)
    monkeypatch.setattr(secret_scan, "ROOT", tmp_path)
    assert [line for _, line, _ in secret_scan.findings(["portal/leak.py"])][:1] == [1]


def advisory(**affected: Any) -> dict[str, Any]:
    about = {"ecosystem": "PyPI", "name": "Flask"}
    return {"id": "OSV-1", "affected": [{"package": about, **affected}]}


def test_an_advisory_about_a_locked_version_is_found(tmp_path: Path) -> None:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}]
    (tmp_path / "one.json").write_text(json.dumps(advisory(ranges=ranges)))
    assert [found.split()[0] for found in advisory_findings(tmp_path)] == ["flask"]
    excused = {"database_specific": {"duebill_not_affected": "not used"}}
    (tmp_path / "one.json").write_text(json.dumps(advisory(ranges=ranges) | excused))
    assert list(advisory_findings(tmp_path)) == []


@pytest.mark.parametrize(
    ("version", "is_in"),
    [("1.0", False), ("1.1", True), ("1.9.9", True), ("2.0", False), ("3.0", True), ("3.1", False)],
)
def test_a_range_is_read_as_osv_says(version: str, is_in: bool) -> None:
    first = [{"introduced": "1.1"}, {"fixed": "2.0"}]
    ranges = [{"type": "ECOSYSTEM", "events": first}]
    ranges.append({"type": "SEMVER", "events": [{"introduced": "3.0"}, {"last_affected": "3.0"}]})
    assert is_affected(version, {"ranges": ranges}) == is_in
    assert is_affected("1.0", {"versions": ["1.0"]})


@pytest.mark.parametrize("line", ["flask", "flask>=3", "flask @ somewhere"])
def test_what_is_not_locked_to_one_version_is_found(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(line)
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    assert any("not locked" in found for found in dependencies.python_findings())

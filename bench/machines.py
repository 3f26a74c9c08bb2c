"""Machines for the bench: a share of a core each, so that one machine stands in for several.

Control groups hold processes to that (cgroups(7), of either version). They are Linux', and root's.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TOP = Path("/sys/fs/cgroup")
_PERIOD = 100_000  # microseconds, the kernel's own
_TRIES = 100


class NoMachines(Exception):
    """They cannot be had here."""


@contextmanager
def machine(name: str) -> Iterator[Path]:
    """A machine to be entered by `inside`; gone afterwards, when what ran there has ended. It has
    all cores until `limit` says otherwise. Raises NoMachines."""
    try:
        if _is_second():
            (_TOP / "cgroup.subtree_control").write_text("+cpu")
        group = (_TOP if _is_second() else _TOP / "cpu") / f"duebill-bench-{os.getpid()}-{name}"
        group.mkdir()
    except OSError as error:
        raise NoMachines(f"control groups cannot be made here: {error.strerror}") from error
    try:
        yield group
    finally:
        _remove(group)


def limit(group: Path, cores: float) -> None:
    """From now on the machine has so much of a core."""
    quota = round(cores * _PERIOD)
    if _is_second():
        (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
    else:
        (group / "cpu.cfs_quota_us").write_text(str(quota))


@contextmanager
def inside(group: Path) -> Iterator[None]:
    """What is started in this context belongs to the machine, as its starter does meanwhile."""
    home = _home(group.parent)
    _enter(group)
    try:
        yield
    finally:
        _enter(home)


def _is_second() -> bool:
    return (_TOP / "cgroup.controllers").exists()


def _home(top: Path) -> Path:
    """Where this process is before it goes anywhere: below `top`, or there."""
    lines = (line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines())
    wanted = "" if _is_second() else "cpu"
    paths = [path for _, controllers, path in lines if wanted in controllers.split(",")]
    return top / paths[0].lstrip("/") if paths else top


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _remove(group: Path) -> None:
    for _ in range(_TRIES):
        with suppress(OSError):  # the last of its processes is still ending
            group.rmdir()
            return
        time.sleep(0.1)

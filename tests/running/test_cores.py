"""Web processes and cores: one each where they come out even."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal import cores
from portal.cores import give_core, roam, stay_on_core
from portal.runs.launch import Launched, launch
from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
HERE = sorted(os.sched_getaffinity(0))[:2]

pytestmark = pytest.mark.skipif(len(HERE) < 2, reason="there is but one core")

CONFIGURATION = """
import os
os.sched_setaffinity(0, {cores})
from portal.cores import give_core, stay_on_core
from portal.worker import Worker
bind, threads, worker_class, workers = "127.0.0.1:{port}", 2, Worker, {workers}
control_socket_disable = True
def pre_fork(server, worker):
    give_core(worker, server.WORKERS.values(), workers)
def post_worker_init(worker):
    stay_on_core(worker)
def app(environ, answer):
    answer("204 No Content", [])
    return []
"""


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_cores", lambda: (0, 1, 4, 5))


def _given(wanted: int, *taken: int) -> int | None:
    worker = SimpleNamespace()
    give_core(worker, [SimpleNamespace(core=core) for core in taken], wanted)
    return getattr(worker, "core", None)


@pytest.mark.usefixtures("four")
def test_each_gets_the_core_that_fewest_have() -> None:
    assert [_given(4), _given(4, 0), _given(4, 0, 1), _given(4, 0, 1, 4)] == [0, 1, 4, 5]
    assert _given(4, 0, 4, 5) == 1, "that of the one that died"
    assert _given(8, 0, 1, 4, 5, 0, 1) == 4


@pytest.mark.usefixtures("four")
def test_what_does_not_come_out_even_is_left_to_the_system() -> None:
    assert [_given(wanted) for wanted in (1, 2, 3, 5, 6)] == [None] * 5


def test_a_system_without_such_a_thing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(cores, "_cores", cores._cores.__wrapped__)
    assert _given(2) is None
    stay_on_core(SimpleNamespace())
    roam(os.getpid())


@contextmanager
def serving(directory: Path) -> Iterator[Callable[[], dict[int, list[int]]]]:
    """A gunicorn with as many processes as cores; what each may use, by process id."""
    filled = CONFIGURATION.format(port=free_port(), workers=len(HERE), cores=HERE)
    (directory / "conf.py").write_text(filled)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{directory}"}
    command = [sys.executable, "-m", "gunicorn", "-c", str(directory / "conf.py"), "conf:app"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as master:
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
        yield lambda: {int(pid): _cores_of(int(pid)) for pid in children.read_text().split()}
        master.terminate()


def _cores_of(pid: int) -> list[int]:
    try:
        return sorted(os.sched_getaffinity(pid))
    except ProcessLookupError:  # it has just ended
        return []


def test_processes_have_a_core_each_also_when_one_was_killed(tmp_path: Path) -> None:
    each = [[core] for core in HERE]
    with serving(tmp_path) as found:
        wait_until(lambda: sorted(found().values()) == each)
        for _ in range(2):
            killed = next(iter(found()))
            os.kill(killed, signal.SIGKILL)
            wait_until(partial(_is_replaced, killed, found, each))


def _is_replaced(
    killed: int, found: Callable[[], dict[int, list[int]]], each: list[list[int]]
) -> bool:
    now = found()
    return killed not in now and sorted(now.values()) == each


def test_a_process_for_a_run_goes_anywhere_though_its_web_process_does_not() -> None:
    anywhere = sorted(cores._cores())

    def start() -> Launched:
        os.sched_setaffinity(0, {HERE[0]})  # of this thread alone
        return launch("http.server", str(free_port()))

    with ThreadPoolExecutor(1) as thread:
        launched = thread.submit(start).result()
    try:
        assert _cores_of(launched._process.pid) == anywhere
    finally:
        launched.end(10)

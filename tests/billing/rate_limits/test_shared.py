"""Counts in memory: exact for each, shared by forks, and of fixed size."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from billing.rate_limits.shared import SharedCounters

ROOT = Path(__file__).resolve().parents[3]


def test_each_key_has_a_count_of_its_own_in_each_window() -> None:
    counters = SharedCounters()
    assert [counters.count("a", 60) for _ in range(3)] == [1, 2, 3]
    assert counters.count("b", 60) == 1
    assert counters.count("a", 120) == 1
    assert counters.count("a", 120) == 2


def test_threads_lose_no_count() -> None:
    counters = SharedCounters()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: counters.count("a", 60), range(4000)))
    assert sorted(counts) == list(range(1, 4001))


FORKING = """
import os
from billing.rate_limits.shared import shared_counters
shared_counters().count("a", 60)
for _ in range(3):
    child = os.fork()
    if not child:
        os._exit(shared_counters().count("a", 60))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(shared_counters().count("a", 60))
"""


def test_what_is_forked_counts_together() -> None:
    command = [sys.executable, "-c", FORKING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "3", "4", "5"]


def test_many_keys_have_room_beside_each_other() -> None:
    counters = SharedCounters()
    for key in range(20_000):
        counters.count(f"address:{key}", 60)
    counted = [counters.count(f"address:{key}", 60) for key in range(20_000)]
    assert counted == [2] * 20_000


def test_in_a_full_table_who_asks_often_is_not_forgotten() -> None:
    counters = SharedCounters(slots=16)
    for _ in range(100):
        counters.count("busy", 60)
    for key in range(1000):
        counters.count(f"passing:{key}", 60)
    assert counters.count("busy", 60) == 101

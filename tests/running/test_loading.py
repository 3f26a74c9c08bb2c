"""What gunicorn's master loads before it listens, so that its workers need not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("api.", "billing.", "portal.")

# A worker's share, in the master itself: what the application loads beyond what is there by then.
WORKER = """
import sys
from portal import gunicorn_conf
from portal.app import create_app, load
load()
before = set(sys.modules)
create_app(connect=False)
print(*sorted(set(sys.modules) - before))
"""


def test_a_worker_has_no_code_to_load(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert [name for name in told.stdout.split() if name.startswith(OURS)] == []

"""Another instance of the portal, in a process of its own: it answers what it reads line by line.

Started by test_two_instances.py with the environment of the first. `SUMS` asks for the figures of
the first page as they are added up, copied or kept there, and how long that took, in seconds.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from billing import clock
from billing.reports.figures import OVERVIEW
from portal.app import create_app


def main() -> None:
    client = create_app().test_client()
    for line in sys.stdin:
        method, path, token, body = json.loads(line)
        if method == "SUMS":
            print(json.dumps(_sums()), flush=True)
            continue
        answer = client.open(
            f"/api/v1{path}",
            method=method,
            headers={"Authorization": f"Bearer {token}"},
            **({"json": body} if body else {}),
        )
        print(json.dumps([answer.status_code, answer.get_json()]), flush=True)


def _sums() -> tuple[float, Any]:
    began = time.monotonic()
    found = OVERVIEW.read(clock.today())
    return time.monotonic() - began, found


if __name__ == "__main__":
    main()

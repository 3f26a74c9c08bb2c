"""Another instance of the portal, in a process of its own: it answers what it reads line by line.

Started by test_two_instances.py with the environment of the first.
"""

from __future__ import annotations

import json
import sys

from portal.app import create_app


def main() -> None:
    client = create_app().test_client()
    for line in sys.stdin:
        method, path, token, body = json.loads(line)
        answer = client.open(
            f"/api/v1{path}",
            method=method,
            headers={"Authorization": f"Bearer {token}"},
            **({"json": body} if body else {}),
        )
        print(json.dumps([answer.status_code, answer.get_json()]), flush=True)


if __name__ == "__main__":
    main()

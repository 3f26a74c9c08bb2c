"""A portal that is killed once the work of a request is committed, before it is answered.

Started by test_idempotency.py: `python -m tests.api.dying_process TOKEN BODY KEY`.
"""

from __future__ import annotations

import os
import signal
import sys

from api import idempotency
from portal.app import create_app


def main(token: str, body: str, key: str) -> None:
    app = create_app()
    once = idempotency.once
    idempotency.once = lambda *given: (once(*given), os.kill(os.getpid(), signal.SIGKILL))  # type: ignore[assignment]
    app.test_client().post(
        "/api/v1/customers",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", idempotency.HEADER: key},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

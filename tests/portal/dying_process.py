"""A portal that is killed once what a form asks for is committed, before it is answered.

Started by test_repeats.py: `python -m tests.portal.dying_process COOKIE PATH`, the form on stdin.
"""

from __future__ import annotations

import os
import signal
import sys

from portal.app import create_app
from portal.repeats import answered


def main(cookie: str, path: str) -> None:
    app = create_app()
    answered.add_answer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    browser = app.test_client()
    browser.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    form = "application/x-www-form-urlencoded"
    browser.post(path, data=sys.stdin.read(), content_type=form)


if __name__ == "__main__":
    main(*sys.argv[1:])

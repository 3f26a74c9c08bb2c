"""`flask worker` becomes the worker without loading the application first."""

from __future__ import annotations

import os
import sys

import pytest
from flask import Flask

from portal import background
from portal.cli.worker import begin_if_asked


class Became(BaseException):
    """The process is the worker's now, or another program's."""


@pytest.fixture(autouse=True)
def becoming(monkeypatch: pytest.MonkeyPatch) -> None:
    def execv(_program: str, arguments: list[str]) -> None:
        raise Became(arguments[1:])

    def main(arguments: list[str]) -> int:
        raise Became(arguments)

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(background, "main", main)


@pytest.mark.parametrize(
    ("called", "role"),
    [
        (["/venv/bin/flask", "worker"], "all"),
        (["/venv/flask/__main__.py", "worker", "--without-schedule"], "worker"),
        (["/venv/bin/flask", "scheduler"], "scheduler"),
    ],
)
def test_the_command_is_known_before_the_application(
    called: list[str], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "portal.app", raising=False)
    with pytest.raises(Became) as became:
        begin_if_asked(called)
    assert became.value.args == (["--role", role],)


def test_a_process_that_has_loaded_the_application_leaves_it_behind(app: Flask) -> None:
    with pytest.raises(Became) as became:
        app.test_cli_runner().invoke(args=["worker"], catch_exceptions=False)
    assert became.value.args == (["-m", "portal.background", "--role", "all"],)


@pytest.mark.parametrize(
    "called",
    [
        ["/venv/bin/flask"],
        ["/venv/bin/flask", "users", "worker"],
        ["/venv/bin/gunicorn", "worker"],
        ["/venv/gunicorn/__main__.py", "-c", "portal/gunicorn_conf.py", "wsgi:app"],
        [""],
    ],
)
def test_whoever_asks_for_something_else_goes_on(called: list[str]) -> None:
    begin_if_asked(called)


def test_a_wrong_option_is_refused_as_by_any_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        begin_if_asked(["flask", "worker", "--nonsense"])
    assert "Usage: flask worker [OPTIONS]" in capsys.readouterr().err

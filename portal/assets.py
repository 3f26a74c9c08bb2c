"""Addresses of static files that change with their content."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, current_app, url_for


def init_app(app: Flask) -> None:
    """Give templates `asset('app.css')`."""
    app.add_template_global(asset)


def asset(name: str) -> str:
    """The address of a file below static/, with its content's hash as `v`."""
    version = _hash(str(current_app.static_folder), name, current_app.debug)
    return url_for("static", filename=name, v=version)


@lru_cache
def _hash(folder: str, name: str, _debug: bool) -> str:
    return sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]

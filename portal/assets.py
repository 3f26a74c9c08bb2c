"""Static files: addresses that change with their content, and compressed answers."""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

_COMPRESSIBLE = {"text/css", "text/javascript", "image/svg+xml"}


def init_app(app: Flask) -> None:
    """Give templates `asset('app.css')`, and compress what it points to."""
    app.add_template_global(asset)
    app.after_request(_compress)


def asset(name: str) -> str:
    """The address of a file below static/, with its content's hash as `v`."""
    return url_for("static", filename=name, v=content_hash(name))


def content_hash(name: str) -> str:
    """The hash of a file below static/ as this portal has it. Raises FileNotFoundError."""
    path = Path(str(current_app.static_folder)) / name
    return _hash(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _hash(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]


def _compress(response: Response) -> Response:
    """Without a proxy in front nobody else does it, and the style sheet is large."""
    if request.endpoint != "static" or response.mimetype not in _COMPRESSIBLE:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    path = Path(str(current_app.static_folder)) / (request.view_args or {})["filename"]
    response.close()
    response.direct_passthrough = False
    response.set_data(_gzipped(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = f"W/{response.headers['ETag'].removeprefix('W/')}"
    return response


@lru_cache(maxsize=64)
def _gzipped(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=9)

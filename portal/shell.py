"""What every page shares: headers, session, errors, template helpers."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Install it."""

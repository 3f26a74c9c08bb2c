"""The list of the portal's features."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """One blueprint for each feature."""
    return []

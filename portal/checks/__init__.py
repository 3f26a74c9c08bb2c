"""Checks of the books."""

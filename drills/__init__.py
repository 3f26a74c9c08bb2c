"""Drills: what breaks is broken on purpose, and the books are counted afterwards.

Not part of the portal. `python -m drills` lists them, `make drills` runs all of them.
"""

"""Drills: killed at any moment, and many at once, the books stay in order."""

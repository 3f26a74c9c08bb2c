"""Acting on many rows of a list: choose, look at what would happen, do it, see what came of it."""

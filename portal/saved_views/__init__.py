"""Saved views: keeping one, and looking after those there are."""

"""Filters and sort of a list, kept under a name by a user or for all staff."""

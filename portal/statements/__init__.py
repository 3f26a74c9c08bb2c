"""Customers' statements, for staff and for themselves."""

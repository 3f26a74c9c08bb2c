"""Signing in and out with tokens."""

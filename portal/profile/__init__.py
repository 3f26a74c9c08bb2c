"""Pages of profile."""

"""Changes of a running subscription, and what they bill: one file per operation."""

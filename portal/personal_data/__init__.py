"""Pages about what is held of one person."""

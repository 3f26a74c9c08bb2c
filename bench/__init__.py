"""What measures speed; not part of the portal."""

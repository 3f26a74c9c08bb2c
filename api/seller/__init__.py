"""The seller's settings."""

"""The seller and the settings."""

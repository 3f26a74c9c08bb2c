"""The API describes itself."""

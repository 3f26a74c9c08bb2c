"""Pages of api_calls."""

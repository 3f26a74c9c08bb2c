"""Pages of API clients."""

"""The dunning board."""

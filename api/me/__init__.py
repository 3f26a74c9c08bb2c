"""Who the token is."""

"""Finding anything by its id, number, name or email, whatever kind it is of."""

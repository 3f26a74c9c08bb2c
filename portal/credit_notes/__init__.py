"""Pages of credit notes."""

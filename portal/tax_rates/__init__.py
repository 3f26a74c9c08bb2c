"""Pages of tax rates."""

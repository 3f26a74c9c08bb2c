"""Documents as PDF, for staff and for customers."""

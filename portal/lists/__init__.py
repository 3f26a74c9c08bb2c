"""What the lists of staff have in common: their filters, and their tables for spreadsheets."""

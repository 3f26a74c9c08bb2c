"""What goes on around the books: leases of work that must be alone, and what it leaves behind."""

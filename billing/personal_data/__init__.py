"""What is held about one person: told on request, and erased where no law says to keep it."""

"""What is deployed around the application, asked of the real programs where they are here."""

"""How mails are worded."""

"""One search box for everything, and the commands that it knows."""

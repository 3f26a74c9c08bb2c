"""How often somebody may ask, counted for pages and API alike."""

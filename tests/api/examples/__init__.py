"""The story that the examples of the documentation are taken from."""

"""One act on many rows of a list: foreseen first, then done row by row, each as if alone."""

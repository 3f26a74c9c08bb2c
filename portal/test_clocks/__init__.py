"""Pages of test clocks."""

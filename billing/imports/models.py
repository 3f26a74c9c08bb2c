"""What is remembered of imports: the plans that each mapping made, so that it makes them once."""

from billing.indexes import declare_indexes

declare_indexes("imports")

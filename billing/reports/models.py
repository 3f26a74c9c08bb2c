"""What is kept of sums that take long."""

from billing.indexes import declare_indexes

COLLECTION = "figures"

declare_indexes(COLLECTION)

"""What is kept of sums that take long.

`_id` (name and format), `day`, `sums`; the state of the books that they are of: `at` (cluster
time), `seq`, `count`, `newest` (billing.events.standing); when everything was added up, `full_at`,
and how long that took, `full_ms`.
"""

from billing.indexes import declare_indexes

COLLECTION = "figures"

declare_indexes(COLLECTION)

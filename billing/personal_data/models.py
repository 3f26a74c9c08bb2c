"""One document an erasure, by whom it is about: `{_id, state, done, began_at, finished_at, by}`.

It names nobody. `done` are the holdings that are dealt with, so that one that was cut off goes on;
`review_on` is the day on which the first of the papers that had to stay may be anonymised.
"""

from pymongo import ASCENDING, IndexModel

from billing.indexes import declare_indexes

ERASURES = "erasures"

declare_indexes(
    ERASURES,
    IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="state"),
    IndexModel(
        [("review_on", ASCENDING), ("_id", ASCENDING)],
        name="review",
        partialFilterExpression={"review_on": {"$gt": ""}},
    ),
)

"""A clock of its own for customers that are made up, to see in minutes what years will bring."""

import mongoengine as me
from pymongo import DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import declare_indexes

declare_indexes("test_clocks", IndexModel([("deleted_at", 1), ("_id", DESCENDING)], name="live"))


class Clock(Document):
    """A test clock. Its customers and all that belongs to them live at `now`.

    `advancing_to` is set while it is advanced; it stays where that was interrupted.
    """

    meta = {"collection": "test_clocks"}
    prefix = "clk"

    name = me.StringField(required=True)
    now = me.DateTimeField(required=True)
    advancing_to = me.DateTimeField()
    deleted_at = me.DateTimeField()

    @property
    def status(self) -> str:
        """`ready`, or `advancing` while that is under way or was interrupted."""
        return "advancing" if self.advancing_to else "ready"

"""A saved view is the query string of a list's address under a name, and nothing more.

What it says is judged whenever the list is opened with it, as any address is.
"""

import mongoengine as me
from pymongo import ASCENDING, IndexModel

from billing.documents import Document
from billing.indexes import declare_indexes

COLLECTION = "saved_views"
EVERYBODY = ""

declare_indexes(
    COLLECTION,
    IndexModel(
        [("list_name", ASCENDING), ("owner_id", ASCENDING), ("name_key", ASCENDING)],
        name="once",
        unique=True,
    ),
    IndexModel([("owner_id", ASCENDING)], name="owner"),
    IndexModel([("default_of", ASCENDING), ("list_name", ASCENDING)], name="default"),
)


class SavedView(Document):
    """`owner_id` is the user whose view it is, or EVERYBODY for one that all staff share."""

    meta = {"collection": COLLECTION}
    prefix = "view"

    list_name = me.StringField(required=True)
    owner_id = me.StringField(default=EVERYBODY)
    name = me.StringField(required=True)
    name_key = me.StringField(required=True)
    query = me.StringField(default="")
    default_of = me.ListField(me.StringField())  # ids of the users whose list opens with it

    @property
    def is_shared(self) -> bool:
        return bool(self.owner_id == EVERYBODY)

"""API clients: the programs that are given access, by themselves or for a person who agrees."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import declare_indexes

declare_indexes(
    "oauth_clients",
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("search_terms", ASCENDING)], name="search"),
)
declare_indexes("oauth_gates", IndexModel([("client_id", ASCENDING)], name="client"))
# What a person's consent becomes, by its hash. A used code stays, so that a second use is seen.
declare_indexes(
    "oauth_codes",
    IndexModel([("kept_until", ASCENDING)], name="expiry", expireAfterSeconds=0),
    IndexModel([("user_id", ASCENDING)], name="user"),
)


class ClientSecret(me.EmbeddedDocument):
    """A secret as it is kept: its SHA-256, and its end once another has taken its place."""

    hash = me.StringField(required=True)
    last4 = me.StringField(required=True)
    created_at = me.DateTimeField(required=True)
    expires_at = me.DateTimeField()


class Client(Document):
    """An API client; its id is the `client_id` of OAuth. A revoked one stays revoked."""

    meta = {"collection": "oauth_clients"}
    prefix = "cli"

    name = me.StringField(required=True)
    type = me.StringField(required=True)  # confidential, public
    token_endpoint_auth_method = me.StringField(required=True)
    grant_types = me.ListField(me.StringField())
    redirect_uris = me.ListField(me.StringField())
    scopes = me.ListField(me.StringField())
    rate_limit = me.IntField()  # requests a minute; None is the default of all
    status = me.StringField(required=True, default="active")  # active, revoked
    secrets = me.EmbeddedDocumentListField(ClientSecret)
    revoked_at = me.DateTimeField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_active(self) -> bool:
        return bool(self.status == "active")

    @property
    def is_public(self) -> bool:
        """Whether it runs where others can read it, and so can keep no secret."""
        return bool(self.type == "public")

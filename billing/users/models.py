"""People who sign in: staff, and customers' own users."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import Document
from billing.indexes import NEWEST, declare_indexes

VIEWER = "viewer"
"""What `customer_role` says of a customer's user who looks and changes nothing."""

declare_indexes(
    "users",
    NEWEST,
    IndexModel([("email", ASCENDING)], name="email", unique=True),
    IndexModel([("email", ASCENDING), ("_id", ASCENDING)], name="by_email"),
    IndexModel([("role", ASCENDING), ("_id", DESCENDING)], name="role"),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("customer_id", ASCENDING)], name="customer", sparse=True),
    IndexModel([("search_terms", ASCENDING)], name="search"),
    IndexModel(
        [("oidc_issuer", ASCENDING), ("oidc_subject", ASCENDING)],
        name="identity",
        unique=True,
        sparse=True,  # without either field a user is not in it
    ),
)
# One document a sign-in or grant: alive while not revoked. Access tokens name it, so its end is
# theirs; see billing.users.families.
declare_indexes(
    "token_families",
    IndexModel([("user_id", ASCENDING)], name="user"),
    IndexModel([("client_id", ASCENDING)], name="client", sparse=True),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
# Refresh tokens by their hash; spent ones stay until they expire, so that reuse is seen.
declare_indexes(
    "refresh_tokens",
    IndexModel([("family_id", ASCENDING)], name="family"),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
# One document a sign-in of a browser; see billing.users.sessions.
declare_indexes(
    "sessions",
    IndexModel([("user_id", ASCENDING), ("seen_at", DESCENDING)], name="user"),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
# What is counted per address and per account (billing.users.throttle), until its window ends.
declare_indexes(
    "sign_in_failures",
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)
declare_indexes("setup_links")
# Single-use links by mail, by their hash; see billing.users.links.
declare_indexes(
    "links",
    IndexModel([("hash", ASCENDING)], name="hash", unique=True),
    IndexModel([("user_id", ASCENDING)], name="user"),
    IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
)

# The secrets of second factors, sealed, by the user; see billing.users.second_factor.
declare_indexes("second_factors")

SEALED_FOR = "second factor"


class User(Document):
    """An account. `session_version` rises to end every session; the hash is argon2id."""

    meta = {"collection": "users"}
    prefix = "usr"

    email = me.StringField(required=True)
    password_hash = me.StringField()
    name = me.StringField(required=True)
    role = me.StringField(required=True)
    customer_id = me.StringField()
    customer_role = me.StringField()  # of a customer's user: owner or viewer; absent: owner
    status = me.StringField(required=True, default="active")
    session_version = me.IntField(required=True, default=1)
    language = me.StringField()  # in which pages are read; absent: as the browser asks
    last_login_at = me.DateTimeField()
    second_factor_since = me.DateTimeField()
    oidc_issuer = me.StringField()  # the identity at an OpenID provider that signs in as this user
    oidc_subject = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_active_account(self) -> bool:
        """Whether this user may sign in at all."""
        return bool(self.status == "active")

    @property
    def is_invited(self) -> bool:
        """Whether this user has yet to accept the invitation, and has no password until then."""
        return bool(self.status == "invited")

    @property
    def is_staff(self) -> bool:
        return bool(self.role != "customer")

    @property
    def customer_standing(self) -> str | None:
        """`owner` or `viewer` for a customer's user, None for staff."""
        if self.role != "customer":
            return None
        return "owner" if self.is_owner else VIEWER

    @property
    def is_owner(self) -> bool:
        """Whether this customer's user may act for the customer, not only look."""
        return bool(self.role == "customer" and self.customer_role != VIEWER)

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for after the password."""
        return self.second_factor_since is not None

    @property
    def is_linked(self) -> bool:
        """Whether an identity at an OpenID provider signs in as this user."""
        return self.oidc_subject is not None
